import { setTimeout as sleep } from "node:timers/promises";

import type { Database } from "../db/engine/database.js";
import type { Log } from "../lib/log.js";
import { reuseFor } from "../lib/cache.js";

/** Whether the service can do its work now: its database works, and it is not closing. */
export interface Readiness {
  /** The current state, at most a second old. */
  now(): Promise<boolean>;
  /**
   * Yields the current state, then each change; ends with `signal`, and after the change to false that
   * closing is.
   */
  changes(signal: AbortSignal): AsyncGenerator<boolean>;
  /** Makes the state false for good. */
  close(): void;
}

/** Watches whether the service can work. Asks the database only if a caller wants to know. */
export function createReadiness(db: Database, log: Log): Readiness {
  const closing = new AbortController();
  // Not by the service's clock, which may stop or jump: this limits the number of questions.
  const ask = reuseFor(ANSWER_KEPT_MS, askWhetherReady(db, log));
  const now = async (): Promise<boolean> => !closing.signal.aborted && (await ask());
  const nextChange = changesOf(now, closing.signal);
  return {
    now,
    async *changes(signal) {
      let known: boolean | undefined;
      while (!signal.aborted) {
        const ready = await now();
        if (ready !== known) yield (known = ready);
        if (!ready && closing.signal.aborted) return;
        await nextChange(ready, signal);
      }
    },
    close: () => closing.abort(),
  };
}

/** Health checks need no key, and any number may come: the database gets one question a second. */
const ANSWER_KEPT_MS = 1000;

/** Longer than the question itself may take: this covers the wait for its turn. */
const ANSWER_TIMEOUT_MS = 3000;

/** Logged once for each change, however many callers ask. */
function askWhetherReady(db: Database, log: Log): () => Promise<boolean> {
  let ready = true;
  return async () => {
    const wrong = await whatIsWrong(db);
    const wasReady = ready;
    ready = wrong === undefined;
    if (wrong !== undefined && wasReady)
      log.warn({ err: wrong }, "not ready: the database does not do its work");
    if (ready && !wasReady) log.info("ready again");
    return ready;
  };
}

async function whatIsWrong(db: Database): Promise<unknown> {
  try {
    await Promise.race([db.health.check(), late()]);
    return undefined;
  } catch (error) {
    return error;
  }
}

async function late(): Promise<never> {
  await sleep(ANSWER_TIMEOUT_MS, undefined, { ref: false });
  throw new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`);
}

/** A caller that knows a state and waits for another. */
interface Waiting {
  readonly known: boolean;
  readonly proceed: () => void;
}

/**
 * Waits until the state differs from the one that the caller knows, or the wait ends. One check a second
 * serves all callers, of which there may be thousands: while nothing changes they cost nothing else.
 */
function changesOf(now: () => Promise<boolean>, closing: AbortSignal) {
  const all = new Set<Waiting>();
  let isLooking = false;
  const look = async (): Promise<void> => {
    isLooking = true;
    while (all.size > 0) {
      // When closing, checks at once.
      await sleep(ANSWER_KEPT_MS, undefined, { signal: closing, ref: false }).catch(() => undefined);
      const ready = await now();
      for (const waiting of all) if (waiting.known !== ready || closing.aborted) waiting.proceed();
    }
    isLooking = false;
  };
  return (known: boolean, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const proceed = (): void => {
        all.delete(waiting);
        signal.removeEventListener("abort", proceed);
        resolve();
      };
      const waiting: Waiting = { known, proceed };
      if (signal.aborted || closing.aborted) return resolve();
      all.add(waiting);
      signal.addEventListener("abort", proceed);
      if (!isLooking) void look();
    });
}
