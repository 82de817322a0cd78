import { setTimeout as sleep } from "node:timers/promises";

import { FairPlaces, type Place, type PlaceLimits } from "../lib/fair-places.js";
import { repeat, type Repeated } from "../lib/repeat.js";

/**
 * Under way at once in one replica, of one kind and mode. Each holds a connection of the database for moments only, and one to
 * the gateway; the gateway asks not to be asked about too much at once for one account. So eight accounts would have to be
 * dead, all with work due, before another one waits.
 */
const LIMITS: PlaceLimits = { total: 32, each: 4 };

/** What is due, at most so much, and of no merchant that has enough under way. */
export interface DueQuestion {
  readonly limit: number;
  readonly except: readonly string[];
}

/** Is told of what fails, and how much has failed in a row. */
type Failed = (error: unknown, inARow: number) => void;

/** Work in the background that is done for one merchant after the other, with gateways that may be slow, or dead. */
export interface FairWork<Row> {
  /** The longest due first. */
  list(this: void, question: DueQuestion): Promise<Row[]>;
  placeOf(this: void, row: Row): Place;
  /** Takes rows for this process; those that another one has are left out. */
  take(this: void, rows: readonly Row[]): Promise<readonly Row[]>;
  work(this: void, row: Row, stopping: AbortSignal): Promise<void>;
}

/** Does what is due, every `pauseMs` and without waiting for what is slow. */
export function repeatFairly<Row>(pauseMs: number, fairWork: FairWork<Row>, failed: Failed): Repeated {
  const places = new FairPlaces(LIMITS);
  const counted = { ...fairWork, work: countingFailures(fairWork.work, failed) };
  const repeated = repeat(pauseMs, (stopping) => round(places, pauseMs, counted, stopping), failed);
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

/** Over where nobody waits for a place: else it goes on as soon as there is one. */
async function round<Row>(
  places: FairPlaces,
  pauseMs: number,
  { list, placeOf, take, work }: FairWork<Row>,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const due = await list({ limit: places.limits.total, except: places.fullOwners() });
    for (const row of await take(places.choose(due, placeOf))) {
      places.begin(placeOf(row), () => work(row, stopping));
    }
    if (!places.isFull()) return;
    const pause = (milliseconds: number): Promise<void> =>
      sleep(milliseconds, undefined, { signal: stopping, ref: false }).catch(() => undefined); // Stopped.
    await Promise.race([places.oneEnded(), pause(pauseMs)]);
    await pause(LOOK_PAUSE_MS);
  }
}

/** What another process has is due all the time: to look for it without a pause would keep the database busy. */
const LOOK_PAUSE_MS = 20;
