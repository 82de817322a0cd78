import { setTimeout as sleep } from "node:timers/promises";

import type { DueQuestion } from "../db/query/due-question.js";
import type { SharedClock } from "../lib/clock.js";
import { FairPlaces, type Place, type PlaceLimits } from "../lib/fair-places.js";
import { runRepeatedly, type BackgroundJob } from "../lib/background-job.js";

/**
 * Under way at once in one replica, of one kind and mode. Each holds a connection of the database for moments
 * only, and one to the gateway; the gateway asks not to be asked about too much at once for one account. So
 * eight accounts would have to be dead, all with work due, before another one waits.
 */
const LIMITS: PlaceLimits = { total: 32, each: 4 };

/** Is told of what fails, and how much has failed in a row. */
export type Failed = (error: unknown, inARow: number) => void;

/** Work in the background that is done for one merchant after the other, with gateways that may be slow, or dead. */
export interface FairWork<Row> {
  /** The longest due first. */
  list(this: void, question: DueQuestion): Promise<Row[]>;
  placeOf(this: void, row: Row): Place;
  /** Takes rows for this process; those that another one has are left out. */
  take(this: void, rows: readonly Row[]): Promise<readonly Row[]>;
  work(this: void, row: Row, stopping: AbortSignal): Promise<void>;
}

/**
 * Does what is due, every `pauseMs` and without waiting for what is slow. Live work and test work have places
 * each, so that nobody's test keeps real money waiting; and no merchant's gateway account keeps another's
 * waiting. Any number of replicas do this at once.
 */
export function runFairly<Row>(
  clock: SharedClock,
  pauseMs: number,
  fairWork: FairWork<Row>,
  failed: Failed,
): BackgroundJob[] {
  return [true, false].map((livemode) => repeatInMode(livemode, clock, pauseMs, fairWork, failed));
}

function repeatInMode<Row>(
  livemode: boolean,
  clock: SharedClock,
  pauseMs: number,
  fairWork: FairWork<Row>,
  failed: Failed,
): BackgroundJob {
  const places = new FairPlaces(LIMITS);
  const work = countingFailures(fairWork.work, failed);
  const list = async (): Promise<Row[]> => {
    const now = await clock.read();
    return await fairWork.list({ livemode, now, limit: LIMITS.total, except: places.fullScopes() });
  };
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

/** Work of one mode. */
interface RoundWork<Row> extends Omit<FairWork<Row>, "list"> {
  list(this: void): Promise<Row[]>;
}

/** Over where nobody waits for a place: else it goes on as soon as there is one. */
async function round<Row>(
  places: FairPlaces,
  pauseMs: number,
  { list, placeOf, take, work }: RoundWork<Row>,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const due = await list();
    for (const row of await take(places.choose(due, placeOf))) {
      places.begin(placeOf(row), () => work(row, stopping));
    }
    if (!places.isFull()) return;
    await oneEndedWithin(places, pauseMs, stopping);
    await pause(LOOK_PAUSE_MS, stopping);
  }
}

/** What another process has is due all the time: to look for it without a pause would keep the database busy. */
const LOOK_PAUSE_MS = 20;

/** The pause ends with the wait: one that goes on listens for the stop, and many would be there at once. */
async function oneEndedWithin(
  places: FairPlaces,
  milliseconds: number,
  stopping: AbortSignal,
): Promise<void> {
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
