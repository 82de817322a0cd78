import { DatabaseAway } from "../../db/engine/database.js";
import { settleWithin } from "../../lib/settle-within.js";

/**
 * Those who bring a result, or open a page, are answered within 10 s, whatever their answer waits for, and
 * wherever.
 */
const ANSWERED_WITHIN_MS = 9_000;

/**
 * What `work` comes to. Throws DatabaseAway where that takes too long. The work goes on: what it stores all
 * the same is found when its caller comes again, and what it fails with, the next try meets as well.
 */
export async function inTime<T extends object>(work: Promise<T>): Promise<T> {
  const result = await settleWithin(ANSWERED_WITHIN_MS, work);
  if (result === undefined) throw new DatabaseAway(`There was no answer within ${ANSWERED_WITHIN_MS} ms`);
  return result;
}
