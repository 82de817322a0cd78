import { once } from "node:events";
import { performance } from "node:perf_hooks";

/** A start that cannot succeed. The message begins with the variable that decides about it. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
}

/** With the start of Node before and the end of the process behind, a failed start has ended within five seconds. */
const WAITS_MS = 3_000;

/**
 * How long a start waits in all for what is not in its own hands: the database, names of hosts, ports. Whatever fails
 * meanwhile, or does not answer, becomes a StartFailure that names the variable.
 *
 * What counts is the time in which the process has nothing to do: on a busy machine its own work may take longer.
 */
export class StartLimit {
  #leftMs: number;

  constructor(waitsMs = WAITS_MS) {
    this.#leftMs = waitsMs;
  }

  /**
   * Waits for `work`, which `variable` decides about; `late` says what did not happen in time. The work may
   * call `begun` once it has what it waited for, and then takes as long as it takes.
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

  /** Calls `end` once all that is left has been waited; `stop` takes what was waited from what is left. */
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

/** How long this process has waited for events since its start. */
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
