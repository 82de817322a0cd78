import { settleWithin } from "../lib/settle-within.js";
import { DatabaseAway } from "./engine/database.js";

/** Merchants' calls, the gateway's callbacks and shoppers' pages get a response within 10 s. */
const ANSWERED_WITHIN_MS = 9_000;

/**
 * Settles as `work` does. Throws DatabaseAway where that takes more than 9 s, less the `usedMs` that other work for
 * the same response has taken: each statement and each wait for a connection has a limit of its own, and the limits of
 * several add up. The work continues: the client's next request finds what it stores, and meets the error that it
 * fails with.
 */
export async function inTime<T extends object>(work: Promise<T>, usedMs = 0): Promise<T> {
  const result = await settleWithin(Math.max(ANSWERED_WITHIN_MS - usedMs, 0), work);
  if (result === undefined) throw new DatabaseAway(`There was no answer within ${ANSWERED_WITHIN_MS} ms`);
  return result;
}
