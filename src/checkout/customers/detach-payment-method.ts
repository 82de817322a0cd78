import { lockPaymentMethod, setCustomer } from "../../db/tables/payment-methods.js";
import type { Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { AnsweredPaymentMethod } from "./attach-payment-method.js";
import type { CheckoutContext } from "../context.js";
import { getPaymentMethod } from "./get-payment-method.js";
import { callWithoutKey, findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";

/** Detaches a payment method from its customer, once for each idempotency key. */
export async function detachPaymentMethod(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  call: IdempotentCall | undefined,
): Promise<AnsweredPaymentMethod> {
  const before = await findPrevious(checkout, scope, call);
  const method = await getPaymentMethod(checkout, scope, id);
  const { replayed } =
    before ??
    (await runIdempotent(
      await merchantParts(checkout, scope),
      scope,
      call ?? callWithoutKey(checkout),
      id,
      (tx) => detach(tx, id),
    ));
  // The state right after detaching: a replay gets the first answer, even if the method has been attached
  // since.
  return { method: { ...method, customerId: null }, replayed };
}

async function detach(tx: Tx, id: string): Promise<void> {
  const { customerId } = await lockPaymentMethod(tx, id);
  if (customerId === null) {
    throw new Refusal("PAYMENT_METHOD_NOT_ATTACHED", "This payment method is attached to no customer.", "id");
  }
  await setCustomer(tx, id, null);
}
