import { setTimeout as sleep } from "node:timers/promises";

import { waitAtMost } from "./settle-within.js";

/** Work that repeats in the background. */
export interface BackgroundJob {
  /** Aborts the signal of `work`, and waits until the current round ends. */
  stop(): Promise<void>;
}

/**
 * Runs `work` now, and again `pauseMs` after each end, until `stop`. The first rounds of the process's jobs begin one
 * after the other, within 50 ms: all at once each would open a database connection. A round that throws calls
 * `failed` with the error and the number of failures in a row; each doubles the pause, up to four seconds. The pauses
 * do not keep the process alive.
 */
export function runRepeatedly(
  pauseMs: number,
  work: (signal: AbortSignal) => Promise<unknown>,
  failed: (error: unknown, inARow: number) => void,
): BackgroundJob {
  const stopping = new AbortController();
  const running = run(pauseMs, work, failed, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function run(
  pauseMs: number,
  work: (signal: AbortSignal) => Promise<unknown>,
  failed: (error: unknown, inARow: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let inARow = 0, round = behindOthers(work); !signal.aborted; round = work) {
    try {
      await round(signal);
      inARow = 0;
    } catch (error) {
      failed(error, ++inARow);
    }
    const pause = Math.min(pauseMs * 2 ** inARow, Math.max(pauseMs, PAUSE_MAX_MS));
    // `stop` ends the pause early, which is no error.
    await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** The first round of a job, which begins when that of the job before it has ended, or soon. */
function behindOthers(work: (signal: AbortSignal) => Promise<unknown>): typeof work {
  return async (signal) => {
    const round = jobBefore.then(() => (signal.aborted ? undefined : work(signal)));
    jobBefore = waitAtMost(SOON_MS, round);
    await round;
  };
}

/** Resolves when the next job of this process may begin. */
let jobBefore = Promise.resolve();

const SOON_MS = 50;

/** Longest pause after failures: work resumes within five seconds after the database is back. */
const PAUSE_MAX_MS = 4_000;
