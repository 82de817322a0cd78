import {
  lockPaymentIntent,
  type PaymentDetails,
  setPaymentDetails,
} from "../../db/tables/payment-intents.js";
import { type MetadataChange, mergedMetadata } from "../../domain/metadata.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { mayMovePayment, type PaymentIntent, statusSaid } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { changeOnce } from "../change-once.js";
import type { IdempotentCall } from "../idempotency.js";
import { getPaymentIntent, viewPayment } from "../payments/payment-intents.js";
import type { PaymentAnswer } from "./charge-response.js";

/** What a merchant may say anew of a payment; an undefined text stays, an empty one goes. */
export interface PaymentDetailsChange extends MetadataChange {
  readonly description?: string | undefined;
  readonly statementDescriptor?: string | undefined;
  readonly receiptEmail?: string | undefined;
}

/**
 * Changes what a merchant says of a payment, whatever its status, once for each idempotency key. Throws a Refusal where
 * the gateway was told already what is to be changed.
 */
export async function updatePaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: PaymentDetailsChange,
  call: IdempotentCall | undefined,
): Promise<PaymentAnswer> {
  const replayed = await changeOnce(checkout, scope, call, {
    id,
    async check(isReplay) {
      const found = await getPaymentIntent(checkout, scope, id);
      if (!isReplay) refuseIfTold(found, change);
    },
    async work(tx) {
      const locked = await lockPaymentIntent(tx, id);
      refuseIfTold(locked, change);
      await setPaymentDetails(tx, id, detailsAfter(locked, change));
    },
  });
  const intent = await getPaymentIntent(checkout, scope, id);
  // The first answer's other fields are not stored; what the call changed is in it either way.
  return { view: await viewPayment(checkout, { ...intent, ...detailsAfter(intent, change) }), replayed };
}

/** The gateway is told these with the charge: afterwards they would be on record here, and not be true. */
function refuseIfTold({ status }: PaymentIntent, change: PaymentDetailsChange): void {
  if (mayMovePayment(status, "processing")) return;
  const { statementDescriptor, receiptEmail } = change;
  if (statementDescriptor === undefined && receiptEmail === undefined) return;
  const param = statementDescriptor === undefined ? "receipt_email" : "statement_descriptor";
  throw new Refusal(
    "PAYMENT_INTENT_STATE",
    `${param} can be given until it is charged. It is ${statusSaid(status)}.`,
    param,
  );
}

function detailsAfter(intent: PaymentIntent, change: PaymentDetailsChange): PaymentDetails {
  return {
    metadata: mergedMetadata(intent.metadata, change),
    description: textAfter(intent.description, change.description),
    statementDescriptor: textAfter(intent.statementDescriptor, change.statementDescriptor),
    receiptEmail: textAfter(intent.receiptEmail, change.receiptEmail),
  };
}

function textAfter(before: string | null, change: string | undefined): string | null {
  return change === "" ? null : (change ?? before);
}
