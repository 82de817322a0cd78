import type {
  Charge,
  EventRecord,
  IntentRecord,
  Ordered,
  ResultRecord,
  SessionRecord,
  Snapshots,
} from "./snapshots.js";
import type { Delivery, SessionRead } from "./chronicle.js";

/** Everything that the three snapshots say about one session. */
export interface CaseFile {
  readonly session: SessionRecord;
  /** What its merchant ordered; undefined where nobody did. */
  readonly ordered: Ordered | undefined;
  readonly charges: readonly Charge[];
  readonly results: readonly ResultRecord[];
  readonly intents: readonly IntentRecord[];
  readonly events: readonly EventRecord[];
  readonly deliveries: readonly Delivery[];
  readonly reads: readonly SessionRead[];
}

/** Sorts the snapshots by session. */
export function caseFiles({ ledger, books, answers }: Snapshots, orders: readonly Ordered[]): CaseFile[] {
  const charges = grouped(ledger, ({ session }) => session);
  const results = grouped(books.results, ({ session }) => session ?? "");
  const intents = grouped(books.intents, ({ session }) => session);
  const events = grouped(books.events, ({ object }) => object);
  const deliveries = grouped(answers.deliveries, ({ session }) => session);
  const reads = grouped(answers.reads, ({ session }) => session);
  const ordered = new Map(orders.map((order) => [order.number, order]));
  return books.sessions.map((session) => {
    const { id } = session;
    const own = intents.get(id) ?? [];
    return {
      session,
      ordered: ordered.get(session.number),
      charges: charges.get(id) ?? [],
      results: results.get(id) ?? [],
      intents: own,
      events: [id, ...own.map((intent) => intent.id)].flatMap((object) => events.get(object) ?? []),
      deliveries: deliveries.get(id) ?? [],
      reads: reads.get(id) ?? [],
    };
  });
}

/** Charges that took money. */
export function taken({ charges }: CaseFile): Charge[] {
  return charges.filter(({ received }) => received > 0);
}

/** True where the service has said of the transaction that it knows what became of it. */
export function isTold({ deliveries }: CaseFile, { transaction }: Charge): boolean {
  return deliveries.some((delivery) => delivery.transaction === transaction && isAcknowledged(delivery));
}

/** Rows that speak of money: a payment, or what waits for a person. */
export function moneyRows({ results }: CaseFile, { transaction }: Charge): ResultRecord[] {
  return results.filter(
    (row) => row.transaction === transaction && ["completed", "held"].includes(row.outcome),
  );
}

/** 200 to the gateway's callback; to a browser a way on, or the page that says "is being checked". */
export function isAcknowledged({ status }: Delivery): boolean {
  return status === 200 || status === 303;
}

export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
