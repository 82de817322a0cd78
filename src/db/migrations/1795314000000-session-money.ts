import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { kind, optional } from "./create-table.js";

/**
 * Where the money of a session stands. Of sessions from before, those whose payment is not their total are marked, and
 * those with a payment that waits for a person.
 */
export class SessionMoney1795314000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "checkout_session", {
      pending_payment: optional(kind.id),
      last_decline: optional(kind.json),
      amount_received: optional(kind.integer),
    });
    await runner.query(MARK_OTHER_AMOUNTS);
    await runner.query(MARK_HELD);
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

const OF_SESSION = "FROM payment_intent p WHERE p.session_id = checkout_session.id";

/** Money in another currency counts as none. */
const MARK_OTHER_AMOUNTS = `
  UPDATE checkout_session
  SET amount_received = (
    SELECT CASE WHEN p.currency = checkout_session.currency THEN p.amount_received ELSE 0 END ${OF_SESSION}
  )
  WHERE status = 'complete' AND EXISTS (
    SELECT 1 ${OF_SESSION}
    AND (p.amount_received <> checkout_session.amount_total OR p.currency <> checkout_session.currency)
  )`;

const MARK_HELD = `
  UPDATE checkout_session
  SET pending_payment = 'held'
  WHERE status <> 'complete' AND id IN (
    SELECT session_id FROM gateway_result WHERE outcome = 'held' AND resolved_at IS NULL AND session_id IS NOT NULL
  )`;
