import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind, optional } from "./create-table.js";

/** Adds refunds. `amount_refunded` of a payment includes what its pending refunds have reserved. */
export class CreateRefunds1795301200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, "refund", {
      columns: {
        id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        payment_intent_id: kind.id,
        amount: kind.integer,
        currency: kind.id,
        status: kind.id,
        reason: optional(kind.id),
        failure: optional(kind.id),
        metadata: kind.json,
        created_at: kind.time,
        told: optional(kind.id),
        told_at: optional(kind.time),
        kept_before: optional(kind.integer),
        refunded_before: optional(kind.integer),
        rounds: kind.integer,
        next_round_at: optional(kind.time),
      },
      primaryKey: ["id"],
      indexes: [
        ["merchant_id", "livemode", "id"],
        ["payment_intent_id", "id"],
        ["status", "livemode", "next_round_at"],
      ],
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
