import { lockPaymentMethod, setMethodMetadata } from "../../db/tables/payment-methods.js";
import { type MetadataChange, mergedMetadata } from "../../domain/metadata.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import { changeOnce } from "../change-once.js";
import type { IdempotentCall } from "../idempotency.js";
import type { AnsweredPaymentMethod } from "./attach-payment-method.js";
import { getPaymentMethod } from "./get-payment-method.js";

/** Changes the metadata of a payment method, attached or not, once for each idempotency key. */
export async function updatePaymentMethod(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: MetadataChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredPaymentMethod> {
  const replayed = await changeOnce(checkout, scope, call, {
    id,
    check: () => getPaymentMethod(checkout, scope, id),
    async work(tx) {
      const { metadata } = await lockPaymentMethod(tx, id);
      await setMethodMetadata(tx, id, mergedMetadata(metadata ?? {}, change));
    },
  });
  const method = await getPaymentMethod(checkout, scope, id);
  // The first answer's other fields are not stored; the keys that the call changed are in it either way.
  return { method: { ...method, metadata: mergedMetadata(method.metadata ?? {}, change) }, replayed };
}
