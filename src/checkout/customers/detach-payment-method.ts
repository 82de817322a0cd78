import {
  changePaymentMethod,
  lockPaymentMethod,
  type PaymentMethodRow,
  setCustomer,
} from "../../db/tables/payment-methods.js";
import type { Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Clock } from "../../lib/clock.js";
import type { AnsweredPaymentMethod } from "./attach-payment-method.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
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
      (tx, _run, clock) => detach(checkout, clock, tx, id),
    ));
  // The state right after detaching: a replay gets the first answer, even if the method has been attached
  // since.
  return { method: detached(method), replayed };
}

/** Its owner agreed that pages of their own show it: those of another customer must not. */
function detached(method: PaymentMethodRow): PaymentMethodRow {
  const { allowRedisplay } = method;
  return {
    ...method,
    customerId: null,
    allowRedisplay: allowRedisplay === "always" ? "limited" : allowRedisplay,
  };
}

async function detach(checkout: CheckoutContext, clock: Clock, tx: Tx, id: string): Promise<void> {
  const method = await lockPaymentMethod(tx, id);
  if (method.customerId === null) {
    throw new Refusal("PAYMENT_METHOD_NOT_ATTACHED", "This payment method is attached to no customer.", "id");
  }
  const { allowRedisplay } = detached(method);
  recordEvents(checkout, tx, clock.now(), ["payment_method.detached", detached(method)]);
  await setCustomer(tx, id, null);
  await changePaymentMethod(tx, id, { allowRedisplay });
}
