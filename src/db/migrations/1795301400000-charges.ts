import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { changeTable } from "./change-table.js";
import { kind, optional } from "./create-table.js";

/**
 * Lets attempts and results belong to direct charges of stored cards as well as to sessions.
 */
export class AddCharges1795301400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "payment_intent", {
      attempt_claim: optional(kind.id),
      return_begun_at: optional(kind.time),
      held_result_id: optional(kind.id),
    });
    await addColumns(runner, "payment_method", { xref_made_at: optional(kind.time) });
    await changePendingAttempts(runner);
    await changeResults(runner);
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

async function changePendingAttempts(runner: QueryRunner): Promise<void> {
  await changeTable(runner, "pending_attempt", {
    shape: {
      columns: {
        reference: kind.id,
        subject_id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        given_at: kind.time,
        closes_at: kind.time,
        next_ask_at: optional(kind.time),
        asked: kind.integer,
        asked_at: optional(kind.time),
        standing: optional(kind.id),
        unresolved_since: optional(kind.time),
        leased_until: kind.time,
      },
      primaryKey: ["reference"],
      indexes: [
        ["livemode", "next_ask_at"],
        ["merchant_id", "livemode", "next_ask_at"],
        ["subject_id"],
        ["unresolved_since"],
      ],
    },
    values: { subject_id: "session_id" },
  });
}

async function changeResults(runner: QueryRunner): Promise<void> {
  await changeTable(runner, "gateway_result", {
    shape: {
      columns: {
        id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        session_id: optional(kind.id),
        payment_intent_id: optional(kind.id),
        attempt: optional(kind.integer),
        transaction_key: kind.id,
        outcome: kind.id,
        held_reason: optional(kind.id),
        response_code: optional(kind.integer),
        response_status: optional(kind.integer),
        amount: optional(kind.integer),
        amount_received: optional(kind.integer),
        currency_code: kind.text(16),
        state: kind.text(32),
        via: kind.id,
        xref_sealed: optional(kind.bytes),
        message_sealed: kind.bytes,
        received_at: kind.time,
        resolved_at: optional(kind.time),
        resolution: optional(kind.id),
        note: optional(kind.text(1000)),
        return_request: optional(kind.id),
        return_claim: optional(kind.id),
        return_claim_until: optional(kind.time),
      },
      primaryKey: ["id"],
      unique: [["merchant_id", "livemode", "transaction_key", "outcome"]],
      indexes: [
        ["session_id", "outcome"],
        ["payment_intent_id", "outcome"],
        ["merchant_id", "livemode", "outcome", "id"],
        ["outcome", "resolved_at"],
      ],
    },
    values: {},
  });
}
