import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind, optional } from "./create-table.js";

/** The addresses to which events are posted, each event's way to each address, and the attempts to post it. */
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
      indexes: [["merchant_id", "livemode", "deleted_at", "id"]],
    });
    await createDeliveries(runner);
    await createTable(runner, "webhook_attempt", {
      columns: {
        id: kind.id,
        delivery_id: kind.id,
        created_at: kind.time,
        duration_ms: kind.integer,
        http_status: optional(kind.integer),
        error: optional(kind.text(300)),
        response_body: optional(kind.text(1024)),
      },
      primaryKey: ["id"],
      indexes: [["delivery_id", "id"]],
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

async function createDeliveries(runner: QueryRunner): Promise<void> {
  await createTable(runner, "webhook_delivery", {
    columns: {
      id: kind.id,
      merchant_id: kind.id,
      livemode: kind.flag,
      event_id: kind.id,
      event_type: kind.id,
      endpoint_id: kind.id,
      status: kind.id,
      attempt_count: kind.integer,
      schedule_step: kind.integer,
      lane: optional(kind.id),
      next_attempt_at: optional(kind.time),
      lease_id: optional(kind.id),
      body: kind.bytes,
      created_at: kind.time,
    },
    primaryKey: ["id"],
    unique: [["endpoint_id", "event_id"]],
    indexes: [
      ["event_id", "id"],
      ["endpoint_id", "id"],
      ["endpoint_id", "status", "id"],
      ["lane", "endpoint_id", "next_attempt_at"],
      ["merchant_id", "livemode", "id"],
      ["merchant_id", "livemode", "status", "id"],
    ],
  });
}
