import { DatabaseAway } from "../../db/engine/database.js";
import { settleWithin } from "../../lib/settle-within.js";

/** The gateway's callbacks and shoppers' pages get a response within 10 s, whatever it waits for. */
const ANSWERED_WITHIN_MS = 9_000;

/**
 * Settles as `work` does. Throws DatabaseAway where that takes more than 9 s. The work continues: the
 * client's next request finds what it stores, and meets the error that it fails with.
 */
export async function inTime<T extends object>(work: Promise<T>): Promise<T> {
  const result = await settleWithin(ANSWERED_WITHIN_MS, work);
  if (result === undefined) throw new DatabaseAway(`There was no answer within ${ANSWERED_WITHIN_MS} ms`);
  return result;
}
