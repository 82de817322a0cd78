import { type EventSequenceRow, lockFreeSequences, raiseSequence } from "../../db/tables/event-sequences.js";
import {
  findUnnumberedEvents,
  numberEventRows,
  readUnnumberedEvents,
  type UnnumberedEvent,
} from "../../db/tables/unnumbered-events.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";

/** An event that has just got its sequence. */
export interface NumberedEvent extends UnnumberedEvent {
  readonly sequence: number;
}

/**
 * Writes what follows from new events, such as their deliveries, in the transaction that numbers them. They are of one
 * merchant and mode, in their order. May be called again for the same events if that transaction is run again. What it
 * answers is called once the transaction is committed.
 */
export type FanOut = (tx: Tx, events: readonly NumberedEvent[]) => Promise<(() => void) | undefined>;

/** What the relay works with. */
export type NumberingParts = Pick<CheckoutContext, "db" | "clock" | "feed" | "checkpoint">;

/** Events numbered in one round: few enough that a transaction takes some 20 ms, enough for thousands a second. */
const BATCH_MAX = 500;

/** Merchants and modes whose events are numbered in one transaction. */
const SCOPES_MAX = 50;

/** Transactions at the same time. Each takes a database connection for moments. */
const AT_ONCE = 4;

/**
 * Gives each committed event its place among those of its merchant and mode: 1, 2, 3 and so on, without a gap. Returns
 * how many.
 *
 * Any number of processes may do this at once: the one that locks the row of `event_sequence` numbers, and the others
 * leave that merchant's events to it. Runs batch after batch until nothing is left or `signal` aborts.
 */
export async function numberEvents(
  parts: NumberingParts,
  signal: AbortSignal,
  fanOut: FanOut,
): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const found = await findUnnumberedEvents(parts.db.manager, BATCH_MAX);
    const numbered = found.length === 0 ? 0 : await numberAll(parts, byScope(found), fanOut);
    total += numbered;
    // If all of a whole batch are left to another process, it is numbering them; the next run comes soon.
    if (found.length < BATCH_MAX || numbered === 0) break;
  }
  return total;
}

/** The events of one merchant and mode. */
interface ScopeEvents {
  readonly scope: MerchantScope;
  readonly ids: string[];
}

function byScope(found: readonly ({ readonly id: string } & MerchantScope)[]): ScopeEvents[] {
  const scopes = new Map<string, ScopeEvents>();
  for (const { id, merchantId, livemode } of found) {
    const key = `${merchantId} ${livemode}`;
    const known = scopes.get(key);
    if (known === undefined) scopes.set(key, { scope: { merchantId, livemode }, ids: [id] });
    else known.ids.push(id);
  }
  return [...scopes.values()];
}

/** One merchant's failure keeps no other's events waiting: it is thrown once all were tried. */
async function numberAll(
  parts: NumberingParts,
  scopes: readonly ScopeEvents[],
  fanOut: FanOut,
): Promise<number> {
  const waiting = groupsOf(scopes);
  const failures: unknown[] = [];
  const counts: number[] = [];
  const work = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      try {
        counts.push(await numberTogether(parts, group, fanOut));
      } catch (error) {
        if (group.length > 1) waiting.push(...group.map((one) => [one]));
        else failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
  return counts.reduce((sum, count) => sum + count, 0);
}

function groupsOf(scopes: readonly ScopeEvents[]): ScopeEvents[][] {
  const groups = Math.ceil(scopes.length / SCOPES_MAX);
  return Array.from({ length: groups }, (_, at) => scopes.slice(at * SCOPES_MAX, (at + 1) * SCOPES_MAX));
}

async function numberTogether(
  parts: NumberingParts,
  group: readonly ScopeEvents[],
  fanOut: FanOut,
): Promise<number> {
  const ids = group.flatMap((one) => one.ids);
  const numbered = await inTransaction(parts.db, "READ COMMITTED", async (tx) => {
    const sequences = await lockFreeSequences(
      tx,
      group.map(({ scope }) => scope),
    );
    // Read behind the locks: another relay may have numbered some since they were found.
    const rows = sequences.length === 0 ? [] : await readUnnumberedEvents(tx, ids);
    const events = sequences.map((sequence) => numberRows(sequence, rows)).filter(({ length }) => length > 0);
    numberEventRows(tx, events.flat(), parts.clock.now());
    const done: ((() => void) | undefined)[] = [];
    for (const ofScope of events) {
      raiseSequence(tx, scopeOf(ofScope), { last: lastOf(ofScope) });
      done.push(await fanOut(tx, ofScope));
    }
    await parts.checkpoint("events numbered");
    return { events, done };
  });
  for (const tell of numbered.done) tell?.();
  for (const ofScope of numbered.events) parts.feed.tell(scopeOf(ofScope), lastOf(ofScope));
  return numbered.events.flat().length;
}

/** Gives those of the events that are of the sequence's merchant and mode their places behind its last one. */
function numberRows(
  { merchantId, livemode, last }: EventSequenceRow,
  rows: readonly UnnumberedEvent[],
): NumberedEvents {
  const own = rows.filter((row) => row.merchantId === merchantId && row.livemode === livemode);
  return own.map((row, at) => Object.assign(row, { sequence: last + at + 1 }));
}

type NumberedEvents = readonly NumberedEvent[];

function scopeOf([first]: NumberedEvents): MerchantScope {
  if (first === undefined) throw new Error("No event has no merchant.");
  return { merchantId: first.merchantId, livemode: first.livemode };
}

function lastOf(events: NumberedEvents): number {
  return events.at(-1)?.sequence ?? 0;
}
