import { ANSWER_RULES, createdOnce, faulty, strangers } from "./answer-rules.js";
import { evidenceOf, type SessionRule } from "./evidence.js";
import { CHALLENGE_RULES } from "./challenges/challenge-rules.js";
import { CHARGE_RULES, unknownSales } from "./charge-rules.js";
import { decisionsStay, HELD_RULES, listedAsRecorded } from "./held-rules.js";
import { ordersOnce, paymentsListedAsRecorded, refundsStay } from "./order-rules.js";
import { paymentFiles } from "./payment-file.js";
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
  const rules: readonly SessionRule[] = [...PAYMENT_RULES, ...ANSWER_RULES, ...HELD_RULES];
  const ofSessions = evidenceOf(snapshots, orders).flatMap((file) =>
    rules.flatMap(({ rule, broken }) =>
      broken(file).map((says): Violation => ({ rule, session: file.session.id, says })),
    ),
  );
  const ofPayments = paymentFiles(snapshots).flatMap((file) =>
    [...CHARGE_RULES, ...CHALLENGE_RULES, ...REFUND_RULES, ...SETTLEMENT_RULES].flatMap(({ rule, broken }) =>
      broken(file).map((says): Violation => ({
        rule,
        session: file.payment.session ?? file.payment.id,
        says,
      })),
    ),
  );
  return [
    ...ofSessions,
    ...ofPayments,
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
