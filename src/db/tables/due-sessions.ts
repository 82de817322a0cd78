import type { EntityManager } from "typeorm";

import { FORM_GRACE_MS } from "../../domain/session.js";
import { type CheckoutSessionRow, checkoutSessions } from "./checkout-sessions.js";
import { lockFreeForUpdate, type Tx } from "../transaction.js";

/** A session that has expired, but is still stored as open. */
export interface DueSession {
  readonly id: string;
  /** How far its merchant's clock is ahead of real time, in milliseconds: 0 in live mode. */
  readonly ahead: number;
}

/**
 * Expired sessions that are still stored as open, at most `limit`, the longest overdue first: of all
 * merchants by real time, and of test merchants whose clock is ahead by that clock. Each search has its own
 * index, so open sessions that are not due are not read.
 */
export async function findDueSessions(db: EntityManager, now: number, limit: number): Promise<DueSession[]> {
  const byRealTime = await findDue(db, "s.status = 'open'", ":now", now, limit);
  if (byRealTime.length === limit) return byRealTime;
  const onTestClock = "m.testClockAhead > 0 AND s.livemode = 0 AND s.status = 'open'";
  const byTestClock = await findDue(
    db,
    onTestClock,
    ":now + m.testClockAhead",
    now,
    limit - byRealTime.length,
  );
  const found = new Set(byRealTime.map(({ id }) => id));
  return [...byRealTime, ...byTestClock.filter(({ id }) => !found.has(id))];
}

/** Locks and reads those of the sessions that no other transaction has locked. */
export async function lockFreeSessions(tx: Tx, ids: readonly string[]): Promise<CheckoutSessionRow[]> {
  const query = tx.createQueryBuilder(checkoutSessions, "s").where("s.id IN (:...ids)", { ids });
  return await lockFreeForUpdate(query).getMany();
}

async function findDue(
  db: EntityManager,
  which: string,
  time: string,
  now: number,
  limit: number,
): Promise<DueSession[]> {
  const rows = await db
    .createQueryBuilder(checkoutSessions, "s")
    .innerJoin("merchant", "m", "m.id = s.merchantId")
    .select("s.id", "id")
    .addSelect("CASE WHEN s.livemode = 0 THEN m.testClockAhead ELSE 0 END", "ahead")
    .where(which)
    .andWhere(`s.expiresAt <= ${time}`, { now })
    .andWhere(`(s.formsGiven = 0 OR s.expiresAt <= ${time} - :grace)`, { grace: FORM_GRACE_MS })
    .orderBy("s.expiresAt")
    .limit(limit)
    .getRawMany<{ id: string; ahead: number | string }>();
  return rows.map(({ id, ahead }) => ({ id, ahead: Number(ahead) }));
}
