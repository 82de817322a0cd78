import { lockCheckoutSession } from "../../db/tables/checkout-sessions.js";
import { changeHeldPayment, type HeldPaymentRow, lockHeldPayment } from "../../db/tables/held-payments.js";
import type { Tx } from "../../db/transaction.js";
import type { Resolution } from "../../domain/held-payment.js";
import { Refusal } from "../../domain/refusal.js";
import type { Clock } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import { recordEvents } from "../events/record-events.js";
import { updatePendingPayment } from "../results/note-unpaid-result.js";

/** A person's decision about a held payment. */
export interface Decision {
  readonly resolution: Resolution;
  /** Null if the person gave none. */
  readonly note: string | null;
}

/** Locks a held payment that is unresolved and not leased by a call; otherwise throws a Refusal. */
export async function lockUnresolved(checkout: CheckoutContext, tx: Tx, id: string): Promise<HeldPaymentRow> {
  const held = await lockHeldPayment(tx, id);
  refuseIfResolved(held);
  refuseIfClaimed(held, checkout.clock.now());
  return held;
}

/** Throws a Refusal if a person has resolved it before. */
export function refuseIfResolved({ resolution }: HeldPaymentRow): void {
  if (resolution === null) return;
  throw new Refusal("HELD_PAYMENT_RESOLVED", `This held payment was resolved before: ${resolution}.`, "id");
}

/** Throws a Refusal while a call that reverses this payment holds its lease. */
function refuseIfClaimed({ leasedUntil }: HeldPaymentRow, now: number): void {
  if (leasedUntil === null || leasedUntil <= now) return;
  throw busy();
}

/** The Refusal while another call moves the transaction's money. */
export function busy(): Refusal {
  return new Refusal("HELD_PAYMENT_BUSY", "Another call is returning this payment's money.", "id");
}

/** Stores the resolution of a locked held payment, whose session is locked as well, and its event. */
export async function recordResolution(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  held: HeldPaymentRow,
  { resolution, note }: Decision,
): Promise<void> {
  const now = clock.now();
  const done = { resolution, note, resolvedAt: now, leaseId: null, leasedUntil: null };
  await changeHeldPayment(tx, held.id, done);
  if (held.sessionId !== null) await updatePendingPayment(tx, await lockCheckoutSession(tx, held.sessionId));
  recordEvents(checkout, tx, now, [EVENTS[resolution], { ...held, ...done }]);
}

const EVENTS = {
  accept: "held_payment.accepted",
  return: "held_payment.returned",
  dismiss: "held_payment.dismissed",
} as const satisfies Record<Resolution, string>;
