import { lockFreeSequence, raiseSequence } from "../../db/tables/event-sequences.js";
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
 * merchant and mode, in their order. May be called again for the same events if that transaction is run again.
 */
export type FanOut = (tx: Tx, events: readonly NumberedEvent[]) => Promise<void>;

/** What the relay works with. */
export type NumberingParts = Pick<CheckoutContext, "db" | "clock" | "feed" | "checkpoint">;

/** Events numbered in one transaction: few enough that it takes some 20 ms, enough for thousands a second. */
const BATCH_MAX = 500;

/** Merchants whose events are numbered at the same time. Each takes a database connection for moments. */
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
  const waiting = [...scopes];
  const failures: unknown[] = [];
  let total = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        total += await numberOne(parts, next, fanOut);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failures[0];
  return total;
}

async function numberOne(
  parts: NumberingParts,
  { scope, ids }: ScopeEvents,
  fanOut: FanOut,
): Promise<number> {
  const numbered = await inTransaction(parts.db, "READ COMMITTED", async (tx) => {
    const sequence = await lockFreeSequence(tx, scope);
    // Read behind the lock: another relay may have numbered some since they were found.
    const rows = sequence === undefined ? [] : await readUnnumberedEvents(tx, ids);
    if (sequence === undefined || rows.length === 0) return [];
    const events = rows.map((row, at) => Object.assign(row, { sequence: sequence.last + at + 1 }));
    numberEventRows(tx, events, parts.clock.now());
    raiseSequence(tx, scope, { last: sequence.last + events.length });
    await fanOut(tx, events);
    await parts.checkpoint("events numbered");
    return events;
  });
  const last = numbered.at(-1);
  if (last !== undefined) parts.feed.tell(scope, last.sequence);
  return numbered.length;
}
