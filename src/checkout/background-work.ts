import { setTimeout as sleep } from "node:timers/promises";

import type { DueRowsQuery } from "../db/query/due-rows.js";
import type { Clock } from "../lib/clock.js";
import { FairSlots, type Slot, type SlotLimits } from "../lib/fair-slots.js";
import { runRepeatedly, type BackgroundJob } from "../lib/background-job.js";

/**
 * The most tasks of one kind and mode that run at once in one process. Each uses a database connection for
 * moments only, and one to the gateway, which asks clients not to send too much at once for one account. So
 * eight dead accounts, all with work due, are needed before another one waits.
 */
const LIMITS: SlotLimits = { total: 32, each: 4 };

/** Called with each error, and the number of errors in a row. */
export type Failed = (error: unknown, inARow: number) => void;

/** Background work, done for each merchant in turn, with gateways that may be slow or dead. */
export interface FairWork<Row> {
  /** The rows that are due, the longest due first. */
  list(this: void, question: DueRowsQuery): Promise<Row[]>;
  slotOf(this: void, row: Row): Slot;
  /** Leases rows to this process; those that another process has leased are left out. */
  take(this: void, rows: readonly Row[]): Promise<readonly Row[]>;
  work(this: void, row: Row, stopping: AbortSignal): Promise<void>;
}

/**
 * Does the work that is due, every `pauseMs`, without waiting for slow tasks. Live and test work have
 * separate places, so that test payments never delay live ones; and no merchant's gateway account delays
 * another's. Any number of processes may run this at once.
 */
export function runFairly<Row>(
  clock: Clock,
  pauseMs: number,
  fairWork: FairWork<Row>,
  failed: Failed,
): BackgroundJob[] {
  return [true, false].map((livemode) => repeatInMode(livemode, clock, pauseMs, fairWork, failed));
}

function repeatInMode<Row>(
  livemode: boolean,
  clock: Clock,
  pauseMs: number,
  fairWork: FairWork<Row>,
  failed: Failed,
): BackgroundJob {
  const places = new FairSlots(LIMITS);
  const work = countingFailures(fairWork.work, failed);
  // The estimate is enough to look: whoever leases what is due reads the clock itself.
  const list = (): Promise<Row[]> =>
    fairWork.list({ livemode, now: clock.now(), limit: LIMITS.total, except: places.fullScopes() });
  const repeated = runRepeatedly(
    pauseMs,
    (stopping) => round(places, pauseMs, { ...fairWork, list, work }, stopping),
    failed,
  );
  return {
    async stop() {
      await repeated.stop();
      await places.allEnded();
    },
  };
}

function countingFailures<Row>(work: FairWork<Row>["work"], failed: Failed): FairWork<Row>["work"] {
  let inARow = 0;
  return async (row, stopping) => {
    try {
      await work(row, stopping);
      inARow = 0;
    } catch (error) {
      failed(error, ++inARow);
    }
  };
}

/** The work of one mode. */
interface RoundWork<Row> extends Omit<FairWork<Row>, "list"> {
  list(this: void): Promise<Row[]>;
}

/** Ends if no work waits for a place: otherwise it continues as soon as one is free. */
async function round<Row>(
  places: FairSlots,
  pauseMs: number,
  { list, slotOf, take, work }: RoundWork<Row>,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const due = await list();
    for (const row of await take(places.choose(due, slotOf))) {
      places.begin(slotOf(row), () => work(row, stopping));
    }
    if (!places.isFull()) return;
    await oneEndedWithin(places, pauseMs, stopping);
    await pause(LOOK_PAUSE_MS, stopping);
  }
}

/** Work of another process stays due: searching again without a pause would keep the database busy. */
const LOOK_PAUSE_MS = 20;

/** The pause ends with the wait: each pause left over would keep listening for the stop. */
async function oneEndedWithin(places: FairSlots, milliseconds: number, stopping: AbortSignal): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  stopping.addEventListener("abort", end);
  if (stopping.aborted) end();
  await Promise.race([places.oneEnded(), pause(milliseconds, over.signal)]);
  stopping.removeEventListener("abort", end);
  end();
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined); // Ended early.
}
