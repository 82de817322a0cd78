import { lockPaymentMethod, type PaymentMethodRow, setCustomer } from "../../db/tables/payment-methods.js";
import type { Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { requireCustomer } from "./get-customer.js";
import { getPaymentMethod } from "./get-payment-method.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";

/**
 * A payment method as a call answers it; `replayed` if an earlier call with its idempotency key attached it.
 */
export interface AnsweredPaymentMethod {
  readonly method: PaymentMethodRow;
  readonly replayed: boolean;
}

/** Attaches a payment method to a customer, once for each idempotency key. */
export async function attachPaymentMethod(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  customerId: string,
  call: IdempotentCall | undefined,
): Promise<AnsweredPaymentMethod> {
  const before = await findPrevious(checkout, scope, call);
  const method = await getPaymentMethod(checkout, scope, id);
  if (before === undefined) await requireCustomer(checkout, scope, customerId);
  const { replayed } =
    before ??
    (await runIdempotent(await merchantParts(checkout, scope), scope, call, id, (tx, _run, clock) =>
      attach(checkout, clock, tx, id, customerId),
    ));
  // The state right after attaching: a replay gets the first answer, even if the method has been detached
  // since.
  return { method: { ...method, customerId }, replayed };
}

async function attach(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  id: string,
  customerId: string,
): Promise<void> {
  const method = await lockPaymentMethod(tx, id);
  if (method.customerId === customerId) return;
  if (method.customerId !== null) {
    throw new Refusal(
      "PAYMENT_METHOD_ATTACHED",
      "This payment method is attached to another customer: detach it first.",
      "id",
    );
  }
  if (!method.reusable) {
    throw new Refusal(
      "PAYMENT_METHOD_NOT_REUSABLE",
      "The shopper did not agree that this card is stored, so it cannot be attached.",
      "id",
    );
  }
  recordEvents(checkout, tx, clock.now(), ["payment_method.attached", { ...method, customerId }]);
  await setCustomer(tx, id, customerId);
}
