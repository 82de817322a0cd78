import type { EntityManager } from "typeorm";

import { FORM_GRACE_MS } from "../../domain/session.js";
import { placeholdersFor, type Select, selectRows, selectTogether } from "../query/select.js";
import { freeForUpdate, type Tx } from "../transaction.js";
import { type CheckoutSessionRow, checkoutSessions } from "./checkout-sessions.js";

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
  const [byRealTime, byTestClock] = await selectTogether<[DueSession[], DueSession[]]>(
    db,
    dueBy("?", "s.status = 'open'", now, limit),
    dueBy("? + m.test_clock_ahead", ON_TEST_CLOCK, now, limit),
  );
  const found = new Set(byRealTime.map(({ id }) => id));
  return [...byRealTime, ...byTestClock.filter(({ id }) => !found.has(id))].slice(0, limit);
}

const ON_TEST_CLOCK = "m.test_clock_ahead > 0 AND s.livemode = 0 AND s.status = 'open'";

function dueBy(time: string, which: string, now: number, limit: number): Select<DueSession[]> {
  const ahead = "CASE WHEN s.livemode = 0 THEN m.test_clock_ahead ELSE 0 END";
  return {
    sql: `SELECT s.id, ${ahead} AS ahead FROM checkout_session s JOIN merchant m ON m.id = s.merchant_id
      WHERE ${which} AND s.expires_at <= ${time} AND (s.forms_given = 0 OR s.expires_at <= ${time} - ${FORM_GRACE_MS})
      ORDER BY s.expires_at LIMIT ${limit}`,
    values: [now, now],
    read: (rows) => rows.map(({ id, ahead }) => ({ id: String(id), ahead: Number(ahead) })),
  };
}

/** Locks and reads those of the sessions that no other transaction has locked. */
export async function lockFreeSessions(tx: Tx, ids: readonly string[]): Promise<CheckoutSessionRow[]> {
  const condition = `WHERE id IN (${placeholdersFor(ids)})${freeForUpdate(tx)}`;
  return await selectRows(tx, checkoutSessions, condition, ids);
}
