import { lockFreeSequences, raiseSequence } from "../../db/tables/event-sequences.js";
import { deleteEvents, findOldEvents, readOldestEvents } from "../../db/tables/old-events.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";

/** For how long events are kept. */
export const EVENTS_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** Deletes what belongs to these events, such as their deliveries, in the transaction that deletes them. */
export type DeleteWithEvents = (tx: Tx, eventIds: readonly string[]) => Promise<void>;

/** Events deleted in one transaction: it takes some 20 ms, and no relay waits for it. */
const BATCH_MAX = 500;

/**
 * Deletes the events that were numbered more than 30 days ago; returns how many. Those of a merchant and mode go in the
 * order of their sequence, so what is kept has no gap. Any number of processes may do this at once.
 */
export async function sweepEvents(
  { db, clock }: Pick<CheckoutContext, "db" | "clock">,
  signal: AbortSignal,
  deleteWithEvents: DeleteWithEvents,
): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const old = await findOldEvents(db.manager, (await clock.read()) - EVENTS_KEPT_MS, BATCH_MAX);
    let swept = 0;
    for (const { scope, sequence } of highestOfEach(old)) {
      swept += await inTransaction(db, "READ COMMITTED", (tx) =>
        sweep(tx, scope, sequence, deleteWithEvents),
      );
    }
    total += swept;
    if (old.length < BATCH_MAX || swept === 0) break;
  }
  return total;
}

function highestOfEach(old: readonly (MerchantScope & { readonly sequence: number | null })[]) {
  const highest = new Map<string, { readonly scope: MerchantScope; readonly sequence: number }>();
  for (const { merchantId, livemode, sequence } of old) {
    const key = `${merchantId} ${livemode}`;
    const known = highest.get(key)?.sequence ?? 0;
    const scope = { merchantId, livemode };
    highest.set(key, { scope, sequence: Math.max(known, sequence ?? 0) });
  }
  return highest.values();
}

async function sweep(
  tx: Tx,
  scope: MerchantScope,
  upTo: number,
  deleteWithEvents: DeleteWithEvents,
): Promise<number> {
  const locked = await lockFreeSequences(tx, [scope]);
  if (!locked.some(({ livemode }) => livemode === scope.livemode)) return 0;
  const oldest = await readOldestEvents(tx, scope, upTo, BATCH_MAX);
  const last = oldest.at(-1)?.sequence ?? null;
  if (last === null) return 0;
  const ids = oldest.map(({ id }) => id);
  await deleteWithEvents(tx, ids);
  await deleteEvents(tx, ids);
  raiseSequence(tx, scope, { swept: last });
  return ids.length;
}
