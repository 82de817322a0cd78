import { ANSWER_RULES, createdOnce, faulty, strangers } from "./answer-rules.js";
import { evidenceOf, type SessionRule } from "./evidence.js";
import { CHALLENGE_RULES } from "./challenges/challenge-rules.js";
import { CHARGE_RULES, unknownSales } from "./charge-rules.js";
import { decisionsStay, HELD_RULES, listedAsRecorded } from "./held-rules.js";
import { ordersOnce, paymentsListedAsRecorded, refundsStay } from "./order-rules.js";
import { paymentFiles, type PaymentRule } from "./payment-file.js";
import { PAYMENT_RULES } from "./payment-rules.js";
import { REFUND_RULES } from "./refund-rules.js";
import { accountsDiffer, SETTLEMENT_RULES } from "./settlement-rules.js";
import type { Ordered, Snapshots, Violation } from "./snapshots.js";
import { webhookViolations } from "./webhook-rules.js";

/**
 * Holds the service's database and answers to the gateway's ledger. Pure: it sees four snapshots and what was ordered,
 * and knows nothing of what was done to the service.
 */
export function check(snapshots: Snapshots, orders: readonly Ordered[]): Violation[] {
  return [
    ...ofSessions(snapshots, orders, SESSION_RULES),
    ...ofPayments(snapshots, INTENT_RULES),
    ...createdOnce(snapshots, orders),
    ...strangers(snapshots),
    ...listedAsRecorded(snapshots),
    ...decisionsStay(snapshots),
    ...unknownSales(snapshots),
    ...ordersOnce(snapshots),
    ...refundsStay(snapshots),
    ...paymentsListedAsRecorded(snapshots),
    ...webhookViolations(snapshots),
    ...accountsDiffer(snapshots),
    ...faulty(snapshots),
  ];
}

/**
 * What is wrong already while a simulation still runs, and will not come right. `snapshots` are read one after the
 * other: the answers, the books, and the ledger last.
 */
export function checkSoFar(snapshots: Snapshots, orders: readonly Ordered[]): Violation[] {
  return [
    ...ofSessions(
      snapshots,
      orders,
      SESSION_RULES.filter(({ lasts }) => lasts),
    ),
    ...ofPayments(
      snapshots,
      INTENT_RULES.filter(({ lasts }) => lasts),
    ),
  ];
}

const SESSION_RULES: readonly SessionRule[] = [...PAYMENT_RULES, ...ANSWER_RULES, ...HELD_RULES];

const INTENT_RULES: readonly PaymentRule[] = [
  ...CHARGE_RULES,
  ...CHALLENGE_RULES,
  ...REFUND_RULES,
  ...SETTLEMENT_RULES,
];

function ofSessions(
  snapshots: Snapshots,
  orders: readonly Ordered[],
  rules: readonly SessionRule[],
): Violation[] {
  return evidenceOf(snapshots, orders).flatMap((file) =>
    rules.flatMap(({ rule, broken }) =>
      broken(file).map((says): Violation => ({ rule, session: file.session.id, says })),
    ),
  );
}

function ofPayments(snapshots: Snapshots, rules: readonly PaymentRule[]): Violation[] {
  return paymentFiles(snapshots).flatMap((file) =>
    rules.flatMap(({ rule, broken }) =>
      broken(file).map((says): Violation => ({
        rule,
        session: file.payment.session ?? file.payment.id,
        says,
      })),
    ),
  );
}
