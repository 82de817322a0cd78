import { once } from "node:events";
import { performance } from "node:perf_hooks";

/** The service cannot start. The message begins with the variable to change. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
}

/** With Node's own start and the process's end, a failed start takes five seconds at most. */
const WAITS_MS = 3_000;

/**
 * Limits how long a start waits in all for the database, host names and ports. Turns an error, or the end of
 * that time, into a StartFailure that names the variable.
 *
 * Only the process's idle time counts: on a busy machine its own work may take longer.
 */
export class StartLimit {
  #leftMs: number;

  constructor(waitsMs = WAITS_MS) {
    this.#leftMs = waitsMs;
  }

  /**
   * Waits for `work`, which depends on `variable`; `late` says what did not happen in time. The work calls
   * `begun` once it waits no more, and has no limit from then on. Throws a StartFailure.
   */
  async during<T>(variable: string, late: string, work: (begun: () => void) => T | Promise<T>): Promise<T> {
    const over = new AbortController();
    const watch = this.#watch(() => over.abort());
    try {
      return await Promise.race([
        startNow(() => work(watch.stop)),
        lateness(over.signal, `${variable}: ${late}`),
      ]);
    } catch (error) {
      throw error instanceof StartFailure ? error : namedFailure(variable, error);
    } finally {
      watch.stop();
    }
  }

  /** Calls `end` once the remaining time is used up; `stop` deducts the time used. */
  #watch(end: () => void): { stop: () => void } {
    const idleBefore = idleMs();
    const leftMs = (): number => this.#leftMs - (idleMs() - idleBefore);
    let timeout: NodeJS.Timeout | undefined;
    const look = (): void => {
      const left = leftMs();
      if (left > 0) timeout = setTimeout(look, left);
      else end();
    };
    timeout = setTimeout(look, this.#leftMs);
    return {
      stop: () => {
        if (timeout === undefined) return;
        clearTimeout(timeout);
        timeout = undefined;
        this.#leftMs = Math.max(0, leftMs());
      },
    };
  }
}

/** Milliseconds for which this process has waited for events since its start. */
function idleMs(): number {
  return performance.eventLoopUtilization().idle;
}

async function lateness(over: AbortSignal, message: string): Promise<never> {
  await once(over, "abort");
  throw new StartFailure(message);
}

async function startNow<T>(work: () => T | Promise<T>): Promise<T> {
  return await work();
}

function namedFailure(variable: string, error: unknown): StartFailure {
  const text = error instanceof Error ? error.message : String(error);
  return new StartFailure(text.startsWith(variable) ? text : `${variable}: ${text}`, { cause: error });
}
