import { create } from "@bufbuild/protobuf";

import {
  AllowRedisplay,
  CardFunding,
  type PaymentMethod as PaymentMethodMessage,
  PaymentMethodSchema,
  PaymentMethodType,
} from "../../../gen/calmonypay/v1/payment_method_pb.js";
import type { PaymentMethodRow } from "../../db/tables/payment-methods.js";
import type * as domain from "../../domain/gateway-result.js";
import type * as savedCards from "../../domain/saved-cards/offered-card.js";
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
    allowRedisplay: redisplayMessage(method.allowRedisplay ?? null),
    ...omitNulls({ customer: method.customerId }),
  });
}

/** Events from before there was such a field have none. */
function redisplayMessage(allowed: savedCards.AllowRedisplay | null): AllowRedisplay {
  return allowed === null ? AllowRedisplay.UNSPECIFIED : ALLOWED[allowed];
}

const ALLOWED = { always: AllowRedisplay.ALWAYS, limited: AllowRedisplay.LIMITED } as const;

/** What a merchant says of it. Undefined: nothing. */
export function allowRedisplayOf(
  message: AllowRedisplay | undefined,
): savedCards.AllowRedisplay | null | undefined {
  return message === undefined ? undefined : (SAID[message] ?? null);
}

const SAID: Partial<Record<AllowRedisplay, savedCards.AllowRedisplay>> = {
  [AllowRedisplay.ALWAYS]: "always",
  [AllowRedisplay.LIMITED]: "limited",
};

const FUNDINGS: Record<domain.CardFunding, CardFunding> = {
  credit: CardFunding.CREDIT,
  debit: CardFunding.DEBIT,
  prepaid: CardFunding.PREPAID,
  unknown: CardFunding.UNKNOWN,
};
