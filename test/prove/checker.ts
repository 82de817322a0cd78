import { ANSWER_RULES, createdOnce, faulty, strangers } from "./answer-rules.js";
import { caseFiles, type SessionRule } from "./case-file.js";
import { decisionsStay, HELD_RULES, listedAsRecorded } from "./held-rules.js";
import { PAYMENT_RULES } from "./payment-rules.js";
import type { Ordered, Snapshots, Violation } from "./snapshots.js";

/**
 * Holds the service's database and answers to the gateway's ledger. Pure: it sees three snapshots and what was ordered,
 * and knows nothing of what was done to the service.
 */
export function check(snapshots: Snapshots, orders: readonly Ordered[]): Violation[] {
  const rules: readonly SessionRule[] = [...PAYMENT_RULES, ...ANSWER_RULES, ...HELD_RULES];
  const ofSessions = caseFiles(snapshots, orders).flatMap((file) =>
    rules.flatMap(({ rule, broken }) =>
      broken(file).map((says): Violation => ({ rule, session: file.session.id, says })),
    ),
  );
  return [
    ...ofSessions,
    ...createdOnce(snapshots, orders),
    ...strangers(snapshots),
    ...listedAsRecorded(snapshots),
    ...decisionsStay(snapshots),
    ...faulty(snapshots),
  ];
}
