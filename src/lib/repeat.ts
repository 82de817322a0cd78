import { setTimeout as sleep } from "node:timers/promises";

/** Work that is done again and again in the background. */
export interface Repeated {
  /** Tells the work to stop, and waits for the round that is under way. */
  stop(): Promise<void>;
}

/**
 * Does `work` at once, and again `pauseMs` after each end, until it is stopped. A round that fails is told to `failed`, and
 * the next one tries again. Keeps no process alive.
 */
export function repeat(
  pauseMs: number,
  work: (signal: AbortSignal) => Promise<unknown>,
  failed: (error: unknown) => void,
): Repeated {
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
  failed: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await work(signal).catch(failed);
    // Ends early by being stopped, which is no error.
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
