import { type CheckoutSessionRow, lockCheckoutSession, startNextAttempt } from "../db/checkout-sessions.js";
import { insertEvents } from "../db/events.js";
import { insertGatewayResult } from "../db/gateway-results.js";
import type { HeldPaymentRow } from "../db/held-payments.js";
import { inTransaction, type Tx } from "../db/transaction.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import { endsAttempt, held, judge, type Judgement, judgeAlone } from "../domain/judgement.js";
import { currencyByCode } from "../domain/money.js";
import { type CheckoutSession, parseAttemptReference } from "../domain/session.js";
import type { Clock } from "../lib/clock.js";
import { newId } from "../lib/ids.js";
import type { Checkout } from "./checkout.js";
import { completeSession } from "./complete-session.js";
import type { AppliedResult, GatewayMessage } from "./gateway-message.js";
import { findReturnOf, keepWithReturn } from "./paid-while-returned.js";
import { clockOf } from "./test-clock.js";
import type { UnjudgedRow } from "./unjudged-row.js";
import type { VerifiedMessage } from "./verify-message.js";

/**
 * Records one verified result in one serialisable transaction: the session is locked, the result is judged by what is
 * stored, and either all of its consequences are written or none.
 */
export async function recordResult(
  checkout: Checkout,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult> {
  const { session, result } = verified;
  const row = newRow(checkout, verified, message);
  if (session === undefined) return await recordAlone(checkout, row, judgeAlone(result, "session_unknown"));
  const clock = await clockOf(checkout, session);
  return await inTransaction(checkout.db, "SERIALIZABLE", async (tx) => {
    const locked = await lockCheckoutSession(tx, session.id);
    await checkout.reached("session locked");
    return await recordFor(checkout, clock, tx, locked, result, row);
  });
}

/** Records a result that could not be applied, in a transaction that touches nothing else: held where it took money. */
export async function recordUnapplicable(
  checkout: Checkout,
  verified: VerifiedMessage,
  message: GatewayMessage,
): Promise<AppliedResult> {
  const judgement = judgeAlone(verified.result, "not_applicable");
  return await recordAlone(checkout, newRow(checkout, verified, message), judgement);
}

async function recordFor(
  checkout: Checkout,
  clock: Clock,
  tx: Tx,
  session: CheckoutSessionRow,
  result: GatewayResult,
  row: UnjudgedRow,
): Promise<AppliedResult> {
  const judgement = judgeLocked(session, result);
  if (judgement.outcome === "completed") {
    if (session.status === "complete") return applied(judgement, true);
    const returned = await findReturnOf(checkout, tx, session, result);
    if (returned !== undefined) return await recordReturned(tx, returned, row);
  }
  if (!(await insertJudged(checkout, tx, row, judgement))) {
    // An open session's success that is on record already has paid another session.
    return judgement.outcome === "completed"
      ? await recordReused(checkout, tx, row)
      : applied(judgement, true);
  }
  await checkout.reached("result recorded");
  if (judgement.outcome === "completed") {
    const received = { amount: session.amountTotal, currency: session.currency };
    await completeSession(checkout, clock, tx, session, { result, received, stored: row });
  }
  if (endsAttempt(judgement, result, session)) await startNextAttempt(tx, session.id);
  return applied(judgement, false);
}

/** No transaction pays twice, whatever its messages say: a person decides which session it belongs to. */
async function recordReused(checkout: Checkout, tx: Tx, row: UnjudgedRow): Promise<AppliedResult> {
  const judgement = held("duplicate");
  return applied(judgement, !(await insertJudged(checkout, tx, row, judgement)));
}

/** No money pays a session while it goes back: the transaction stays the held payment that it is. */
async function recordReturned(tx: Tx, returned: HeldPaymentRow, row: UnjudgedRow): Promise<AppliedResult> {
  await keepWithReturn(tx, returned, row);
  return applied(held(returned.heldReason), true);
}

/** Of two successes the first one recorded pays the session; another transaction's waits for a person. */
function judgeLocked(session: CheckoutSession, result: GatewayResult): Judgement {
  const currency = currencyByCode(session.currency);
  if (currency === undefined) throw new Error(`Session ${session.id} has an unknown currency.`);
  const { id: sessionId, amountTotal: amount, attempt } = session;
  const judgement = judge(result, { sessionId, amount, currency, attempt });
  const paidByOther = session.status === "complete" && session.completedBy !== result.transactionKey;
  return judgement.outcome === "completed" && paidByOther ? held("duplicate") : judgement;
}

async function recordAlone(
  checkout: Checkout,
  row: UnjudgedRow,
  judgement: Judgement,
): Promise<AppliedResult> {
  const isNew = await inTransaction(checkout.db, "SERIALIZABLE", (tx) =>
    insertJudged(checkout, tx, row, judgement),
  );
  return applied(judgement, !isNew);
}

/** Stores a result, and with a held one the event that tells of it. False where an equal message came before. */
async function insertJudged(
  checkout: Checkout,
  tx: Tx,
  row: UnjudgedRow,
  { outcome, reason }: Judgement,
): Promise<boolean> {
  if (!(await insertGatewayResult(tx, { ...row, outcome, heldReason: reason }))) return false;
  if (outcome === "held") {
    const now = checkout.clock.now();
    const { merchantId, livemode, id: objectId } = row;
    const event = { id: newId("evt", now), merchantId, livemode, objectId, createdAt: now };
    insertEvents(tx, [{ ...event, type: "held_payment.created" }]);
  }
  return true;
}

function newRow(
  checkout: Checkout,
  { result, owner, session }: VerifiedMessage,
  message: GatewayMessage,
): UnjudgedRow {
  const now = checkout.clock.now();
  const { sealer } = checkout;
  return {
    id: newId("gr", now),
    ...owner,
    sessionId: session?.id ?? null,
    attempt:
      session === undefined ? null : (parseAttemptReference(result.transactionUnique)?.attempt ?? null),
    transactionKey: result.transactionKey,
    responseCode: result.responseCode ?? null,
    responseStatus: result.responseStatus ?? null,
    amount: result.amount ?? null,
    amountReceived: result.amountReceived ?? null,
    currencyCode: result.currencyCode.slice(0, CURRENCY_CODE_MAX),
    state: result.state.slice(0, STATE_MAX),
    via: message.via,
    xrefSealed: result.xref === "" ? null : sealer.seal(result.xref, { ...owner, purpose: "xref" }),
    messageSealed: sealer.seal(message.body.toString("utf8"), { ...owner, purpose: "gateway-message" }),
    receivedAt: now,
    resolvedAt: null,
    resolution: null,
    note: null,
    returnRequest: null,
    returnClaim: null,
    returnClaimUntil: null,
  };
}

/** Room in the table. What is longer is none of the words that decide; the sealed message holds it whole. */
const CURRENCY_CODE_MAX = 16;
const STATE_MAX = 32;

function applied(judgement: Judgement, replayed: boolean): AppliedResult {
  return { kind: "applied", judgement, replayed };
}
