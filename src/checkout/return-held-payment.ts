import { lockCheckoutSession, startNextAttempt } from "../db/checkout-sessions.js";
import { changeHeldPayment, type HeldPaymentRow, lockHeldPayment, paysSession } from "../db/held-payments.js";
import { inTransaction, type Run, type Tx } from "../db/transaction.js";
import type { Owner } from "../domain/owner.js";
import { Refusal } from "../domain/refusal.js";
import { parseAttemptReference } from "../domain/session.js";
import { newId } from "../lib/ids.js";
import type { Checkout } from "./checkout.js";
import { type Claimed, giveMoneyBack } from "./give-money-back.js";
import { type Done, type IdempotentCall, once } from "./once.js";
import { type Decision, recordResolution, refuseIfClaimed, refuseIfResolved } from "./record-resolution.js";
import { storedResult } from "./stored-message.js";

/**
 * Gives a held payment's money back: claims the payment in one transaction, talks to the gateway outside of any, and
 * records the end in another. Whatever dies in between, the call can be made again once the claim has run out: what the
 * gateway was told is written down before it is told, and asked for before anything is told again.
 */
export async function returnHeldPayment(
  checkout: Checkout,
  owner: Owner,
  { id }: HeldPaymentRow,
  decision: Decision,
  call: IdempotentCall | undefined,
): Promise<Done> {
  const claimed = await claim(checkout, id);
  try {
    await checkout.reached("return claimed");
    await giveMoneyBack(checkout, claimed);
    await checkout.reached("return answered");
    const record = (tx: Tx, run: Run): Promise<void> => recordReturn(checkout, tx, run, claimed, decision);
    return await once(checkout, owner, call, id, record, "SERIALIZABLE");
  } catch (error) {
    await release(checkout, claimed);
    throw error;
  }
}

/** Twice as long as the gateway may take for all that it is asked. */
const CLAIM_MS = 60_000;

const PAYS_SESSION =
  "This payment has completed a session: its money cannot be returned as that of a held payment.";

async function claim(checkout: Checkout, id: string): Promise<Claimed> {
  const now = checkout.clock.now();
  const returnClaim = newId("claim", now);
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const held = await lockHeldPayment(tx, id);
    refuseIfResolved(held);
    if (await paysSession(tx, held)) throw new Refusal("RESOLUTION_NOT_POSSIBLE", PAYS_SESSION, "resolution");
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
  tx: Tx,
  { again }: Run,
  { held: { id, sessionId } }: Claimed,
  decision: Decision,
): Promise<void> {
  const session = sessionId === null ? undefined : await lockCheckoutSession(tx, sessionId);
  const held = await lockHeldPayment(tx, id);
  if (again && held.resolution === "return") return;
  refuseIfResolved(held);
  await recordResolution(checkout, tx, held, decision);
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
