import type { Delivery, SessionRead } from "./history.js";
import type {
  Charge,
  EventRecord,
  IntentRecord,
  Ordered,
  ResultRecord,
  Rule,
  SessionRecord,
  Snapshots,
} from "./snapshots.js";

/** Everything that the three snapshots say about one session. */
export interface Evidence {
  readonly session: SessionRecord;
  /** What its merchant ordered; undefined where nobody did. */
  readonly ordered: Ordered | undefined;
  readonly charges: readonly Charge[];
  readonly results: readonly ResultRecord[];
  readonly intents: readonly IntentRecord[];
  readonly events: readonly EventRecord[];
  readonly deliveries: readonly Delivery[];
  readonly reads: readonly SessionRead[];
  /** True where the operator saw it as unresolved. */
  readonly listed: boolean;
  /** True where the gateway is still to be asked about it. */
  readonly pending: boolean;
}

/**
 * A rule about one session: answers what is wrong, in sentences. Each is told apart by what it protects, so that a
 * counter-example says at once what is broken.
 */
export interface SessionRule {
  readonly rule: Rule;
  /** True where nothing that happens later mends what is broken. */
  readonly lasts?: boolean;
  readonly broken: (file: Evidence) => string[];
}

/** Sorts the snapshots by session. */
export function evidenceOf({ ledger, books, answers }: Snapshots, orders: readonly Ordered[]): Evidence[] {
  const charges = grouped(ledger, ({ session }) => session);
  const results = grouped(books.results, ({ session }) => session ?? "");
  const intents = grouped(books.intents, ({ session }) => session ?? "");
  const events = grouped(books.events, ({ object }) => object);
  const deliveries = grouped(answers.deliveries, ({ session }) => session);
  const reads = grouped(answers.reads, ({ session }) => session);
  const listed = new Set(answers.listed);
  const pending = new Set(books.pending);
  const ordered = new Map(orders.map((order) => [order.number, order]));
  return books.sessions.map((session) => {
    const { id } = session;
    const own = intents.get(id) ?? [];
    const told = results.get(id) ?? [];
    return {
      session,
      ordered: ordered.get(session.number),
      charges: charges.get(id) ?? [],
      results: told,
      intents: own,
      events: [id, id.replace(/^cs_/, "seti_"), ...[...own, ...told].map((object) => object.id)].flatMap(
        (object) => events.get(object) ?? [],
      ),
      deliveries: deliveries.get(id) ?? [],
      reads: reads.get(id) ?? [],
      listed: listed.has(id),
      pending: pending.has(id),
    };
  });
}

/** Charges that were granted: money was taken or may be captured, or the card was verified. */
export function granted({ charges }: Evidence): Charge[] {
  return charges.filter((charge) => isGranted(charge));
}

export function isGranted(charge: Charge): boolean {
  return grantedAmount(charge) > 0 || charge.verified === true;
}

/** What was taken, or authorized: in minor units, whatever became of it afterwards. */
export function grantedAmount({ received, authorized }: Charge): number {
  return authorized === undefined ? received : authorized.amount;
}

/** True where the service has said of the transaction that it knows what became of it. */
export function isTold({ deliveries }: Evidence, { transaction }: Charge): boolean {
  return deliveries.some((delivery) => delivery.transaction === transaction && isAcknowledged(delivery));
}

/** Rows that speak of a success: a payment, a card that is stored, or what waits for a person. */
export function moneyRows({ results }: Evidence, { transaction }: Charge): ResultRecord[] {
  return results.filter(
    (row) => row.transaction === transaction && ["completed", "held"].includes(row.outcome),
  );
}

/** True where the gateway has sent the message: anything else speaks of a transaction that it does not know. */
export function isGenuine({ charges }: Evidence, { transaction }: Delivery): boolean {
  return charges.some((charge) => charge.transaction === transaction);
}

/** The held payment that its merchant has accepted, and that has completed the session with what was received. */
export function acceptedPayment({ session, results }: Evidence): ResultRecord | undefined {
  return results.find(
    ({ transaction, resolution }) => resolution === "accept" && transaction === session.completedBy,
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
