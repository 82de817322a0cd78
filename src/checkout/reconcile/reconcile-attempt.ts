import { ACTION, isWaitingForAuthentication } from "../../domain/gateway-codes.js";
import type { Inquired, ReportedTransaction } from "../../cardstream/inquiry.js";
import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { type AttemptResult, listResultsOfAttempt } from "../../db/tables/gateway-results.js";
import { noteAsked, type PendingAttemptRow, settleAttempt } from "../../db/tables/pending-attempts.js";
import { findShopperStep } from "../../db/tables/shopper-steps.js";
import { noteDoubt } from "../../db/tables/session-money.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import {
  isOver,
  isSilent,
  nextAskAt,
  type AttemptReference,
  parseAttemptReference,
} from "../../domain/attempt.js";
import { type AttemptCertainty, certaintyOf } from "../../domain/attempt-certainty.js";
import { chargeOf } from "../../domain/saved-cards/card-choice.js";
import { applyGatewayResult } from "../results/apply-gateway-result.js";
import { lastWords, openXrefs, settledXrefs } from "./attempt-transactions.js";
import type { CheckoutContext } from "../context.js";
import { openGatewayAccount } from "../merchants/gateway-account.js";
import { concludeSavedCard } from "./conclude-saved-card.js";
import { concludeUnknownCharge } from "./conclude-unknown-charge.js";
import { findPaymentTarget, isPaid, type PaymentTarget } from "../gateway-messages/verify-message.js";
import { clockOf } from "../test-clock.js";

/**
 * Asks the gateway about one attempt that this process has leased, applies its answers like any other message
 * of the gateway, and records the attempt's certainty. The gateway is called between transactions, never
 * inside one.
 */
export async function reconcileAttempt(checkout: CheckoutContext, row: PendingAttemptRow): Promise<void> {
  const { merchantId, livemode } = row;
  const now = await (await clockOf(checkout, { merchantId, livemode })).read();
  const heard = await hear(checkout, row, now);
  await checkout.checkpoint("attempt asked");
  await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    // The session before the attempt, as where a form is given out: the other order could deadlock.
    if (heard.isCharge !== true) noteDoubtOf(tx, row, heard.certainty);
    if (heard.settled) return await settleAttempt(tx, row);
    noteAsked(tx, row, {
      nextAskAt: nextAskAt(row, now),
      asked: row.asked + 1,
      askedAt: now,
      certainty: heard.certainty,
      unresolvedSince: heard.resolved || !isSilent(row, now) ? null : (row.unresolvedSince ?? now),
    });
  });
}

/** Of an attempt of which nothing was heard, what was known before stays. A charge has its own status. */
function noteDoubtOf(tx: Tx, { reference }: PendingAttemptRow, certainty: AttemptCertainty): void {
  const attempt = parseAttemptReference(reference);
  if (attempt?.kind !== "session" || certainty === "silent") return;
  noteDoubt(tx, attempt.targetId, attempt.attempt, certainty === "doubtful");
}

/** The result of asking. */
interface Heard {
  readonly certainty: AttemptCertainty;
  /** False if the operator should see the attempt. */
  readonly resolved: boolean;
  /** True if the attempt need not be asked about again. */
  readonly settled: boolean;
  /** True of the charge of a session's saved card, which is in doubt from its record on until it is concluded. */
  readonly isCharge?: boolean;
}

const HEARD_NOTHING: Heard = { certainty: "silent", resolved: false, settled: false };

/** Any error of one attempt postpones it to its next time: it must not delay others. */
async function hear(checkout: CheckoutContext, row: PendingAttemptRow, now: number): Promise<Heard> {
  try {
    return await inquire(checkout, row, now);
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    checkout.log.error(
      { err: error, attempt: row.reference },
      "the gateway could not be asked about an attempt",
    );
    return HEARD_NOTHING;
  }
}

async function inquire(checkout: CheckoutContext, row: PendingAttemptRow, now: number): Promise<Heard> {
  const reference = parseAttemptReference(row.reference);
  const target = await findPaymentTarget(checkout, reference);
  const account = await openGatewayAccount(checkout, row);
  if (reference === undefined || target === undefined || account === undefined) return HEARD_NOTHING;
  const list = (): Promise<AttemptResult[]> => listResultsOfAttempt(checkout.db.manager, reference);
  const known = await list();
  const over = isOver(row, now);
  if (!over && isKnown(target, reference, known))
    return { certainty: "clear", resolved: true, settled: false };
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  const inquired = await checkout.inquiry.ask(
    { ...account, gatewayUrl: row.livemode ? gatewayUrl : sandboxUrl },
    {
      action: target.session?.mode === "setup" ? ACTION.VERIFY : ACTION.SALE,
      transactionUnique: row.reference,
      openXrefs: openXrefs(checkout, row, known),
      knownXrefs: settledXrefs(checkout, row, known),
    },
  );
  const refused = await applyEach(checkout, inquired.reported);
  logUnanswered(checkout, row, inquired);
  const { searched } = inquired;
  const unanswered = refused || inquired.unansweredSale !== undefined;
  const results = await list();
  const transactions = lastWords(results, inquired.reported);
  const after = await findPaymentTarget(checkout, reference);
  if (after?.intent !== undefined) {
    const step = await findShopperStep(checkout.db.manager, after.intent.id);
    const isForm = step?.kind === "form" && step.attempt === reference.attempt;
    const certainty = certaintyOf(transactions, { searched, unanswered, waitsInVain: over || !isForm });
    const waitingResultId = results.find(isWaitingForAuthentication)?.id ?? null;
    const canSearch = account.restToken !== undefined;
    const asked = { over, certainty, transactions, waitingResultId, step, canSearch };
    const settled = await concludeUnknownCharge(checkout, row, after.intent, asked);
    return { certainty, resolved: settled || certainty === "clear", settled };
  }
  if (after !== undefined && chargeOf(after.session, reference.attempt) !== undefined) {
    const certainty = certaintyOf(transactions, { searched, unanswered, waitsInVain: true });
    const isWaiting = transactions.some(
      (one) => one.outcome === "unknown" && isWaitingForAuthentication(one),
    );
    const waitingResultId = isWaiting ? (results.find(isWaitingForAuthentication)?.id ?? null) : null;
    const settled = await concludeSavedCard(checkout, row, { over, certainty, waitingResultId });
    return { certainty, resolved: settled || certainty === "clear", settled, isCharge: true };
  }
  const certainty = certaintyOf(transactions, { searched, unanswered, waitsInVain: over });
  const resolved = certainty === "clear" || (certainty === "silent" && isPaid(after));
  return { certainty, resolved, settled: over && resolved && (searched || account.restToken === undefined) };
}

/**
 * True while there is no hurry: all results so far are final, and the shopper has left the gateway's page. A
 * second payment on that page is searched for once the page is certainly closed.
 */
function isKnown(
  target: PaymentTarget,
  { attempt }: AttemptReference,
  known: readonly AttemptResult[],
): boolean {
  const left = isPaid(target) || attempt < (target.session ?? target.intent).attempt;
  return left && known.length > 0 && lastWords(known, []).every(({ outcome }) => outcome !== "unknown");
}

/** True if one of the answers was refused. */
async function applyEach(
  checkout: CheckoutContext,
  reported: readonly ReportedTransaction[],
): Promise<boolean> {
  let refused = false;
  for (const { body, way } of reported) {
    const applied = await applyGatewayResult(checkout, { body, via: way });
    if (applied.kind === "refused") {
      refused = true;
      continue;
    }
    const { outcome } = applied.classification;
    if (!applied.replayed && outcome !== "unknown") checkout.reconciliation.healed.inc({ way, outcome });
  }
  return refused;
}

function logUnanswered(
  { log }: CheckoutContext,
  { reference }: PendingAttemptRow,
  { unansweredSale, unansweredSearch }: Inquired,
): void {
  if (unansweredSale === undefined && unansweredSearch === undefined) return;
  log.warn(
    { attempt: reference, unansweredSale, unansweredSearch },
    "the gateway's answers about an attempt are incomplete",
  );
}
