import { setTimeout as sleep } from "node:timers/promises";

/** Work that is done again and again in the background. */
export interface BackgroundJob {
  /** Tells the work to stop, and waits for the round that is under way. */
  stop(): Promise<void>;
}

/**
 * Does `work` at once, and again `pauseMs` after each end, until it is stopped. A round that fails is told to
 * `failed`, with how many have failed in a row, and the next one tries again, each time after twice the
 * pause. Keeps no process alive.
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
  for (let inARow = 0; !signal.aborted;) {
    try {
      await work(signal);
      inARow = 0;
    } catch (error) {
      failed(error, ++inARow);
    }
    const pause = Math.min(pauseMs * 2 ** inARow, Math.max(pauseMs, PAUSE_MAX_MS));
    // Ends early by being stopped, which is no error.
    await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** What was away is noticed to be back within five seconds. */
const PAUSE_MAX_MS = 4_000;
