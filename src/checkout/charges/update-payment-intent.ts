import { lockPaymentIntent, setPaymentDetails } from "../../db/tables/payment-intents.js";
import { type MetadataChange, mergedMetadata } from "../../domain/metadata.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { PaymentIntent } from "../../domain/payment-intent.js";
import type { CheckoutContext } from "../context.js";
import { changeOnce } from "../change-once.js";
import type { IdempotentCall } from "../idempotency.js";
import { getPaymentIntent, viewPayment } from "../payments/payment-intents.js";
import type { PaymentAnswer } from "./charge-card.js";

/** What a merchant may say anew of a payment; an undefined description stays, an empty one goes. */
export interface PaymentDetailsChange extends MetadataChange {
  readonly description?: string | undefined;
}

/** Changes what a merchant says of a payment, whatever its status, once for each idempotency key. */
export async function updatePaymentIntent(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: PaymentDetailsChange,
  call: IdempotentCall | undefined,
): Promise<PaymentAnswer> {
  const replayed = await changeOnce(checkout, scope, call, {
    id,
    check: () => getPaymentIntent(checkout, scope, id),
    work: async (tx) => setPaymentDetails(tx, id, detailsAfter(await lockPaymentIntent(tx, id), change)),
  });
  const intent = await getPaymentIntent(checkout, scope, id);
  // The first answer's other fields are not stored; what the call changed is in it either way.
  return { view: await viewPayment(checkout, { ...intent, ...detailsAfter(intent, change) }), replayed };
}

function detailsAfter(
  { metadata, description }: PaymentIntent,
  change: PaymentDetailsChange,
): Pick<PaymentIntent, "metadata" | "description"> {
  const next = change.description === "" ? null : (change.description ?? description);
  return { metadata: mergedMetadata(metadata, change), description: next };
}
