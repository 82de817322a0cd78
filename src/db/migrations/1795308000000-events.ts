import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind, optional } from "./create-table.js";

/**
 * Events keep their object, what caused them, and their place in a sequence without gaps. The former rows have none of
 * this, and nothing ever read them: what they say stands in the tables of their objects.
 */
export class KeepEvents1795308000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn("event", "sequence"))) await runner.query("drop table if exists event");
    await createTable(runner, "event", {
      columns: {
        id: kind.id,
        merchant_id: kind.id,
        livemode: kind.flag,
        type: kind.id,
        object_id: kind.id,
        object: kind.json,
        request_id: optional(kind.id),
        idempotency_key_sealed: optional(kind.bytes),
        created_at: kind.time,
        sequence: optional(kind.integer),
        numbered_at: optional(kind.time),
      },
      primaryKey: ["id"],
      unique: [["merchant_id", "livemode", "sequence"]],
      indexes: [["numbered_at"], ["object_id"]],
    });
    await createTable(runner, "event_sequence", {
      columns: { merchant_id: kind.id, livemode: kind.flag, last: kind.integer, swept: kind.integer },
      primaryKey: ["merchant_id", "livemode"],
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
