import { lockPaymentIntent } from "../../db/tables/payment-intents.js";
import { lockRefund, setRefundMetadata } from "../../db/tables/refunds.js";
import { type MetadataChange, mergedMetadata } from "../../domain/metadata.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { changeOnce } from "../change-once.js";
import type { IdempotentCall } from "../idempotency.js";
import { type AnsweredRefund, getRefund } from "./create-refund.js";

/** Changes the metadata of a refund, whatever its status, once for each idempotency key. */
export async function updateRefund(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: MetadataChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredRefund> {
  const replayed = await changeOnce(checkout, scope, call, {
    id,
    check: () => getRefund(checkout, scope, id),
    async work(tx, clock, { paymentIntentId }) {
      await lockPaymentIntent(tx, paymentIntentId);
      const refund = await lockRefund(tx, id);
      const metadata = mergedMetadata(refund.metadata, change);
      recordEvents(checkout, tx, clock.now(), ["refund.updated", { ...refund, metadata }]);
      await setRefundMetadata(tx, id, metadata);
    },
  });
  const refund = await getRefund(checkout, scope, id);
  // The first answer's other fields are not stored; the keys that the call changed are in it either way.
  return { refund: { ...refund, metadata: mergedMetadata(refund.metadata, change) }, replayed };
}
