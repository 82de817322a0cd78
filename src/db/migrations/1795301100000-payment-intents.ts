import type { MigrationInterface, QueryRunner } from "typeorm";

import { changeTable } from "./change-table.js";
import { kind, optional } from "./create-table.js";

/** Allows payments without a session (charges of stored cards), which may fail. All existing rows succeeded. */
export class ChangePaymentIntents1795301100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await changeTable(runner, "payment_intent", {
      shape: {
        columns: {
          id: kind.id,
          merchant_id: kind.id,
          livemode: kind.flag,
          session_id: optional(kind.id),
          status: kind.id,
          amount: kind.integer,
          amount_received: kind.integer,
          amount_refunded: kind.integer,
          currency: kind.id,
          customer_id: optional(kind.id),
          payment_method_id: optional(kind.id),
          gateway_result_id: optional(kind.id),
          attempt: kind.integer,
          off_session: kind.flag,
          metadata: kind.json,
          created_at: kind.time,
          canceled_at: optional(kind.time),
        },
        primaryKey: ["id"],
        unique: [["session_id"]],
        indexes: [
          ["merchant_id", "livemode", "id"],
          ["merchant_id", "livemode", "customer_id", "id"],
        ],
      },
      values: {
        amount_received: "amount",
        amount_refunded: "0",
        attempt: "0",
        off_session: "0",
        metadata: "'{}'",
      },
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
