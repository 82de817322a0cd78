import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { findGatewayResults } from "../../db/tables/gateway-results.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import {
  dropPendingSettlement,
  noteSettlementAsked,
  type PendingSettlementRow,
} from "../../db/tables/pending-settlements.js";
import { inTransaction } from "../../db/transaction.js";
import { RESPONSE_CODE } from "../../domain/gateway-codes.js";
import {
  nextSettlementStep,
  isDoubt,
  SETTLEMENT,
  type SettlementDoubt,
  type SettlementStatus,
  type SettlementWord,
  settlementWord,
} from "../../domain/settlement/settlement.js";
import type { CheckoutContext } from "../context.js";
import { recordSettlement } from "../payments/record-settlement.js";
import { openSale, querySale } from "../refunds/query-sale.js";
import { clockOf } from "../test-clock.js";
import { settleInSandbox } from "../testing/order-sandbox.js";

/**
 * Asks the gateway about the settlement of one payment that this process has leased, and records what it says. The
 * gateway is called between transactions, never inside one.
 */
export async function askSettlement(checkout: CheckoutContext, row: PendingSettlementRow): Promise<void> {
  const intent = await findPaymentIntent(checkout.db.manager, row.paymentIntentId);
  if (intent === undefined) throw new Error(`Payment ${row.paymentIntentId} is gone.`);
  const word = await hear(checkout, row, intent);
  const now = await (await clockOf(checkout, row)).read();
  const after = nextSettlementStep(word, row.paidAt, now);
  if ("nextAskAt" in after) await recordWait(checkout, row, after.nextAskAt, word);
  else await recordEnd(checkout, row, intent, { word, now, status: after.status });
}

/** Any error of one payment postpones it to its next day: it must not delay others. */
async function hear(
  checkout: CheckoutContext,
  row: PendingSettlementRow,
  intent: PaymentIntentRow,
): Promise<SettlementWord> {
  try {
    return await ask(checkout, intent);
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    checkout.log.error({ err: error, payment: row.paymentIntentId }, "a settlement could not be asked about");
    return "no_answer";
  }
}

async function ask(checkout: CheckoutContext, intent: PaymentIntentRow): Promise<SettlementWord> {
  const [result] = await findGatewayResults(checkout.db.manager, [intent.gatewayResultId ?? ""]);
  const sale = result && (await openSale(checkout, { ...result, amountReceived: intent.amountReceived }));
  if (sale === undefined) return "not_found"; // The gateway has never given a reference.
  if (!intent.livemode) await settleInSandbox(checkout, sale.account, sale.xref);
  const answer = await querySale(checkout, sale, intent.currency);
  if (answer.kind === "told") return settlementWord(answer.result, intent);
  const { why, code } = answer;
  checkout.log.warn({ payment: intent.id, why }, "the gateway did not tell of a settlement");
  return code === RESPONSE_CODE.INVALID_XREF ? "not_found" : "no_answer";
}

async function recordWait(
  checkout: CheckoutContext,
  row: PendingSettlementRow,
  nextAskAt: number,
  word: SettlementWord,
): Promise<void> {
  const change = { nextAskAt, doubt: doubtOf(word), unresolvedSince: null };
  await inTransaction(checkout.db, "READ COMMITTED", (tx) => noteSettlementAsked(tx, row, change));
}

/** How the settlement ended, and when. */
interface End {
  readonly word: SettlementWord;
  readonly status: SettlementStatus;
  readonly now: number;
}

async function recordEnd(
  checkout: CheckoutContext,
  row: PendingSettlementRow,
  intent: PaymentIntentRow,
  { word, status, now }: End,
): Promise<void> {
  const isNew = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    const recorded = await recordSettlement(checkout, tx, intent, status, now);
    const unresolved = { nextAskAt: null, doubt: doubtOf(word), unresolvedSince: now };
    if (status === SETTLEMENT.UNRESOLVED) await noteSettlementAsked(tx, row, unresolved);
    else await dropPendingSettlement(tx, row.paymentIntentId);
    return recorded;
  });
  if (!isNew) return;
  checkout.metrics.settlements.inc({ end: status });
  const isExpected = status === SETTLEMENT.ACCEPTED || status === SETTLEMENT.CANCELED;
  checkout.log[isExpected ? "debug" : "warn"]({ payment: intent.id, status, word }, "a settlement has ended");
}

function doubtOf(word: SettlementWord): SettlementDoubt | null {
  return isDoubt(word) ? word : null;
}
