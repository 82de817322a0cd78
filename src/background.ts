import { setTimeout as sleep } from "node:timers/promises";

import type { Log } from "./lib/log.js";

/** One round of a job. True where there is more to do at once. Begins nothing new once it is told to stop. */
export type BackgroundJob = (stopping: AbortSignal) => Promise<boolean>;

/** What a process does besides answering. Every replica does it: jobs share their work by the database. */
export interface Background {
  /** Runs the job for ever, one round after the other. */
  repeat(name: string, job: BackgroundJob): void;
  /** Waits for the rounds that run. To be called before anything that they use is closed. */
  close(): Promise<void>;
}

/** Short enough for nobody to notice, long enough for an idle service to be idle: a round is one or two indexed reads. */
const PAUSE_MS = 1000;

/** Starts without a job. */
export function startBackground(log: Log): Background {
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  return {
    repeat(name, job) {
      running.push(repeatUntil(stop.signal, name, job, log));
    },
    async close() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

async function repeatUntil(stopping: AbortSignal, name: string, job: BackgroundJob, log: Log): Promise<void> {
  while (!stopping.aborted) {
    if (await runOnce(stopping, name, job, log)) continue;
    await sleep(PAUSE_MS, undefined, { signal: stopping }).catch(() => {}); // Woken up to stop.
  }
}

/** A job that fails has a database that is away, most likely: the next round comes all the same. */
async function runOnce(stopping: AbortSignal, name: string, job: BackgroundJob, log: Log): Promise<boolean> {
  try {
    return await job(stopping);
  } catch (error) {
    log.warn({ err: error, job: name }, "a round of background work failed");
    return false;
  }
}
