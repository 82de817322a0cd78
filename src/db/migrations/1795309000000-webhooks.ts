import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind, optional } from "./create-table.js";

/** The addresses to which events are posted. */
export class CreateWebhooks1795309000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, "webhook_endpoint", {
      columns: {
        id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        url: kind.text(2048),
        enabled_events: kind.json,
        description: optional(kind.text(500)),
        metadata: kind.json,
        disabled_reason: optional(kind.id),
        failing_since: optional(kind.time),
        secret_sealed: kind.bytes,
        previous_secret_sealed: optional(kind.bytes),
        previous_secret_until: optional(kind.time),
        created_at: kind.time,
        deleted_at: optional(kind.time),
      },
      primaryKey: ["id"],
      indexes: [["merchant_id", "livemode", "id"]],
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
