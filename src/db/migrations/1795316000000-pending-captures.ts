import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind, optional } from "./create-table.js";

/** The authorizations that are neither captured nor released, and what is requested of the gateway about them. */
export class CreatePendingCaptures1795316000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, "pending_capture", {
      columns: {
        payment_intent_id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        capture_before: kind.time,
        warned_at: optional(kind.time),
        request: optional(kind.id),
        request_id: optional(kind.id),
        amount: optional(kind.integer),
        reason: optional(kind.id),
        requested_at: optional(kind.time),
        attempts: kind.integer,
        next_step_at: kind.time,
        refusal: optional(kind.json),
      },
      primaryKey: ["payment_intent_id"],
      indexes: [["livemode", "next_step_at"]],
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
