import { lockPaymentIntent } from "../../db/tables/payment-intents.js";
import { lockRefund, setRefundMetadata } from "../../db/tables/refunds.js";
import { type MetadataChange, mergedMetadata } from "../../domain/metadata.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import { type AnsweredRefund, getRefund } from "./create-refund.js";

/** Changes the metadata of a refund, whatever its status, once for each idempotency key. */
export async function updateRefund(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: MetadataChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredRefund> {
  const before = await findPrevious(checkout, scope, call);
  const { paymentIntentId } = await getRefund(checkout, scope, id);
  const { replayed } =
    before ??
    (await runIdempotent(await merchantParts(checkout, scope), scope, call, id, async (tx, _run, clock) => {
      await lockPaymentIntent(tx, paymentIntentId);
      const refund = await lockRefund(tx, id);
      const metadata = mergedMetadata(refund.metadata, change);
      recordEvents(checkout, tx, clock.now(), ["refund.updated", { ...refund, metadata }]);
      await setRefundMetadata(tx, id, metadata);
    }));
  const refund = await getRefund(checkout, scope, id);
  // The first answer's other fields are not stored; the keys that the call changed are in it either way.
  return { refund: { ...refund, metadata: mergedMetadata(refund.metadata, change) }, replayed };
}
