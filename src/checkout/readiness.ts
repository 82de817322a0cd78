import { setTimeout as sleep } from "node:timers/promises";

import type { Database } from "../db/database.js";
import type { Log } from "../lib/log.js";

/** Whether the service can do its work now: its database answers, and it is not closing. */
export interface Readiness {
  /** The state of this moment, at most a second old. */
  now(): Promise<boolean>;
  /** The state of now, then each change of it; ends with `signal`, and after the change that closing is. */
  changes(signal: AbortSignal): AsyncGenerator<boolean>;
  /** False from now on. */
  close(): void;
}

/** Watches over the service's work. Asks the database only while somebody wants to know. */
export function createReadiness(db: Database, log: Log): Readiness {
  const closing = new AbortController();
  const ask = askNowAndThen(db, log);
  const now = async (): Promise<boolean> => !closing.signal.aborted && (await ask());
  return {
    now,
    async *changes(signal) {
      const over = AbortSignal.any([signal, closing.signal]);
      let told: boolean | undefined;
      while (!signal.aborted) {
        const ready = await now();
        if (ready !== told) yield (told = ready);
        if (!ready && closing.signal.aborted) return;
        await pause(over);
      }
    },
    close: () => closing.abort(),
  };
}

/** Health is asked for without a key, by as many as like: one question a second is all that the database hears of it. */
const ANSWER_KEPT_MS = 1000;

/** A database that takes longer is of no use to a shopper either. */
const ANSWER_TIMEOUT_MS = 2000;

function askNowAndThen(db: Database, log: Log): () => Promise<boolean> {
  let asked = { at: -Infinity, answer: Promise.resolve(true) };
  return () => {
    // Not the service's clock: that one may stand still or jump, and this is about how much is asked.
    const now = performance.now();
    if (now - asked.at >= ANSWER_KEPT_MS) asked = { at: now, answer: databaseAnswers(db, log) };
    return asked.answer;
  };
}

async function databaseAnswers(db: Database, log: Log): Promise<boolean> {
  try {
    await Promise.race([db.manager.query("SELECT 1"), late()]);
    return true;
  } catch (error) {
    log.warn({ err: error }, "not ready: the database does not answer");
    return false;
  }
}

async function late(): Promise<never> {
  await sleep(ANSWER_TIMEOUT_MS, undefined, { ref: false });
  throw new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`);
}

/** Until it is time to look again, or there is no more reason to. */
async function pause(over: AbortSignal): Promise<void> {
  await sleep(ANSWER_KEPT_MS, undefined, { signal: over }).catch(() => undefined); // Aborted: whoever waits looks.
}
