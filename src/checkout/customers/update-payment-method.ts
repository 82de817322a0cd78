import { changePaymentMethod, lockPaymentMethod } from "../../db/tables/payment-methods.js";
import { type MetadataChange, mergedMetadata } from "../../domain/metadata.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { AllowRedisplay } from "../../domain/saved-cards/offered-card.js";
import type { CheckoutContext } from "../context.js";
import { changeOnce } from "../change-once.js";
import type { IdempotentCall } from "../idempotency.js";
import type { AnsweredPaymentMethod } from "./attach-payment-method.js";
import { getPaymentMethod } from "./get-payment-method.js";

/** What a merchant changes of a payment method. */
export interface PaymentMethodChange extends MetadataChange {
  /** Whether payment pages may show it to its customer. Null: nobody says so any more. Undefined: as before. */
  readonly allowRedisplay?: AllowRedisplay | null | undefined;
}

/** Changes a payment method, attached or not, once for each idempotency key. */
export async function updatePaymentMethod(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  change: PaymentMethodChange,
  call: IdempotentCall | undefined,
): Promise<AnsweredPaymentMethod> {
  const replayed = await changeOnce(checkout, scope, call, {
    id,
    check: () => getPaymentMethod(checkout, scope, id),
    async work(tx) {
      const { metadata } = await lockPaymentMethod(tx, id);
      await changePaymentMethod(tx, id, {
        metadata: mergedMetadata(metadata ?? {}, change),
        ...redisplayOf(change),
      });
    },
  });
  const method = await getPaymentMethod(checkout, scope, id);
  // The first answer's other fields are not stored; what the call changed is in it either way.
  const metadata = mergedMetadata(method.metadata ?? {}, change);
  return { method: { ...method, metadata, ...redisplayOf(change) }, replayed };
}

function redisplayOf({ allowRedisplay }: PaymentMethodChange): { allowRedisplay?: AllowRedisplay | null } {
  return allowRedisplay === undefined ? {} : { allowRedisplay };
}
