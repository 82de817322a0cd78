import { startNextAttempt } from "../db/checkout-sessions.js";
import { changeHeldPayment, type HeldPaymentRow, lockHeldPayment } from "../db/held-payments.js";
import { inTransaction, type Run, type Tx } from "../db/transaction.js";
import { parseAttemptReference } from "../domain/attempt-reference.js";
import type { Owner } from "../domain/owner.js";
import type { Clock } from "../lib/clock.js";
import { newId } from "../lib/ids.js";
import type { Checkout } from "./checkout.js";
import { type Claimed, giveMoneyBack } from "./give-money-back.js";
import { endHeldCharge, lockHeldSubject, noteMoneySentFor } from "./held-subject.js";
import { type Done, type IdempotentCall, once } from "./once.js";
import {
  type Decision,
  recordResolution,
  refuseIfClaimed,
  refuseIfPays,
  refuseIfResolved,
} from "./record-resolution.js";
import { storedResult } from "./stored-message.js";
import { clockOf } from "./test-clock.js";

/**
 * Gives a held payment's money back: claims the payment in one transaction, talks to the gateway outside of any, and
 * records the end in another. Whatever dies in between, the call can be made again once the claim has run out: what the
 * gateway was told is written down before it is told, and asked for before anything is told again.
 */
export async function returnHeldPayment(
  checkout: Checkout,
  owner: Owner,
  wanted: HeldPaymentRow,
  decision: Decision,
  call: IdempotentCall | undefined,
): Promise<Done> {
  const claimed = await claim(checkout, wanted);
  try {
    await checkout.reached("return claimed");
    await giveMoneyBack(checkout, claimed);
    await checkout.reached("return answered");
    const clock = await clockOf(checkout, owner);
    const record = (tx: Tx, run: Run): Promise<void> =>
      recordReturn(checkout, clock, tx, run, claimed, decision);
    return await once(checkout, owner, call, wanted.id, record, "SERIALIZABLE");
  } catch (error) {
    await release(checkout, claimed);
    throw error;
  }
}

/** Twice as long as the gateway may take for all that it is asked. */
const CLAIM_MS = 60_000;

/** The session is held first, as by a result that completes it: money either pays or goes back. */
async function claim(checkout: Checkout, wanted: HeldPaymentRow): Promise<Claimed> {
  const { id } = wanted;
  const now = checkout.clock.now();
  const returnClaim = newId("claim", now);
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    await noteMoneySentFor(tx, await lockHeldSubject(tx, wanted), now);
    const held = await lockHeldPayment(tx, id);
    refuseIfResolved(held);
    await refuseIfPays(tx, held);
    if (held.returnClaim !== returnClaim) refuseIfClaimed(held, now); // Ours where COMMIT's answer was lost.
    await changeHeldPayment(tx, id, { returnClaim, returnClaimUntil: now + CLAIM_MS });
    return { held, claim: returnClaim };
  });
}

/**
 * The money is back, so that is written down whoever has the claim now. The attempt has failed for good: the shopper's next
 * form is that of a new one, which the gateway does not take for the old one again.
 */
async function recordReturn(
  checkout: Checkout,
  clock: Clock,
  tx: Tx,
  { again }: Run,
  claimed: Claimed,
  decision: Decision,
): Promise<void> {
  const subject = await lockHeldSubject(tx, claimed.held);
  const held = await lockHeldPayment(tx, claimed.held.id);
  if (again && held.resolution === "return") return;
  refuseIfResolved(held);
  await recordResolution(checkout, tx, held, decision);
  await endHeldCharge(clock, tx, subject, held);
  const { session } = subject;
  const reference = parseAttemptReference(storedResult(checkout, held).transactionUnique);
  if (session?.status === "open" && reference?.attempt === session.attempt) {
    await startNextAttempt(tx, session.id);
  }
}

async function release(checkout: Checkout, { held: { id }, claim }: Claimed): Promise<void> {
  try {
    await inTransaction(checkout.db, "READ COMMITTED", (tx) =>
      changeHeldPayment(tx, id, { returnClaim: null, returnClaimUntil: null }, claim),
    );
  } catch (error) {
    // The caller is to hear of the first error; the claim ends by itself.
    checkout.log.warn({ err: error, held: id }, "a claim could not be released");
  }
}
