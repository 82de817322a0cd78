import type { HeldPaymentRow } from "../../db/tables/held-payments.js";
import type { Run, Tx } from "../../db/transaction.js";
import { receivedOf } from "../../domain/held-payment.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { mayMovePayment, wasApproved } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { completeSession } from "../results/complete-session.js";
import { completeCharge } from "../results/record-charge-result.js";
import { claimHeldPayment } from "./claim-held-payment.js";
import { factsOf } from "./get-held-payment.js";
import { lockHeldTarget } from "./held-target.js";
import { lockSucceeded, raisePayment } from "./raise-payment.js";
import { type PreviousCall, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { type Decision, lockUnresolved, recordResolution } from "./record-resolution.js";
import { storedResult } from "../gateway-messages/store-gateway-result.js";
import { merchantParts } from "../test-clock.js";

/**
 * Accepts a held payment as it is. An open or expired session becomes complete, with a payment intent over
 * the amount received; a direct charge succeeds with that amount. A session has at most one payment intent,
 * and a transaction pays one session: a duplicate of either kind, or a payment for no session, is only marked
 * accepted. A message that reports more of the transaction which has paid already raises that payment's amount.
 */
export async function acceptHeldPayment(
  checkout: CheckoutContext,
  scope: MerchantScope,
  held: HeldPaymentRow,
  decision: Decision,
  call: IdempotentCall,
): Promise<PreviousCall> {
  const parts = await merchantParts(checkout, scope);
  const accept = (tx: Tx, _run: Run, clock: Clock): Promise<void> =>
    acceptIn(checkout, clock, tx, held, decision);
  return await runIdempotent(parts, scope, call, held.id, accept, "SERIALIZABLE");
}

async function acceptIn(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  wanted: HeldPaymentRow,
  decision: Decision,
): Promise<void> {
  const target = await lockHeldTarget(tx, wanted);
  const { session, intent } = target;
  const succeeded = await lockSucceeded(tx, target);
  const held = await lockUnresolved(checkout, tx, wanted.id);
  refuseIfBeingReturned(held);
  if (session !== undefined && session.status !== "complete" && held.heldReason !== "duplicate") {
    if (session.mode === "setup") throw takesNoPayment();
    await claimHeldPayment(checkout, tx, held, undefined, clock.now());
    const payment = { result: storedResult(checkout, held), received: receivedIn(held), stored: held };
    await completeSession(checkout, clock, tx, session, payment);
  }
  const isOpen = intent !== undefined && !wasApproved(intent) && mayMovePayment(intent.status, "succeeded");
  if (isOpen && held.heldReason !== "duplicate") {
    await claimHeldPayment(checkout, tx, held, undefined, clock.now());
    await completeCharge(checkout, clock, tx, intent, { received: receivedIn(held), stored: held });
  }
  if (succeeded !== undefined) await raisePayment(checkout, tx, succeeded, held);
  await recordResolution(checkout, clock, tx, held, decision);
}

/** Refuses if a reversal of the payment was requested meanwhile. */
function refuseIfBeingReturned({ reversalAction }: HeldPaymentRow): void {
  if (reversalAction === null) return;
  throw new Refusal("RESOLUTION_NOT_POSSIBLE", "This payment's money is on its way back.", "resolution");
}

function takesNoPayment(): Refusal {
  const message =
    "The session stores a card and takes no payment: return the money, or dismiss it with a note.";
  return new Refusal("RESOLUTION_NOT_POSSIBLE", message, "resolution");
}

function receivedIn(held: HeldPaymentRow) {
  const received = receivedOf(factsOf(held));
  if (received === undefined) throw new Error(`The amount received of ${held.id} is unknown.`);
  return received;
}
