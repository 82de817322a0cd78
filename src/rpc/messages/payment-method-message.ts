import { create } from "@bufbuild/protobuf";

import {
  CardFunding,
  type PaymentMethod as PaymentMethodMessage,
  PaymentMethodSchema,
  PaymentMethodType,
} from "../../../gen/calmonypay/v1/payment_method_pb.js";
import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type * as domain from "../../domain/gateway-result.js";
import { toSeconds } from "../../lib/clock.js";
import { billingDetailsPart } from "./billing-details-message.js";
import { omitNulls } from "../../lib/omit-nulls.js";

/** Converts a payment method to its message, without the gateway's token. */
export function paymentMethodMessage(
  method: PaymentMethodRow,
  billing: domain.BillingDetails | null,
): PaymentMethodMessage {
  const { brand, last4, expMonth, expYear, funding, country, fingerprint } = method;
  return create(PaymentMethodSchema, {
    id: method.id,
    object: "payment_method",
    type: PaymentMethodType.CARD,
    card: {
      brand: brand ?? "unknown",
      funding: FUNDINGS[funding ?? "unknown"],
      ...omitNulls({ last4, expMonth, expYear, country, fingerprint }),
    },
    billingDetails: billing === null ? {} : billingDetailsPart(billing),
    created: BigInt(toSeconds(method.createdAt)),
    livemode: method.livemode,
    metadata: { ...method.metadata },
    ...omitNulls({ customer: method.customerId }),
  });
}

const FUNDINGS: Record<domain.CardFunding, CardFunding> = {
  credit: CardFunding.CREDIT,
  debit: CardFunding.DEBIT,
  prepaid: CardFunding.PREPAID,
  unknown: CardFunding.UNKNOWN,
};
