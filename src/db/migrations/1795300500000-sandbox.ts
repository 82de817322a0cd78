import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind, optional } from "./create-table.js";

/** The tables of the sandbox gateway. They hold test payments only, and no card number. */
export class CreateSandbox1795300500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, "sandbox_account", {
      columns: { gateway_merchant_id: kind.id, account_sealed: kind.bytes, changed_at: kind.time },
      primaryKey: ["gateway_merchant_id"],
    });
    await createTable(runner, "sandbox_page", {
      columns: {
        id: kind.id,
        gateway_merchant_id: kind.id,
        fields: kind.json,
        created_at: kind.time,
      },
      primaryKey: ["id"],
    });
    await createTable(runner, "sandbox_transaction", {
      columns: {
        id: kind.id,
        xref: kind.id,
        page_id: optional(kind.id),
        gateway_merchant_id: kind.id,
        action: kind.id,
        type: kind.id,
        amount: kind.integer,
        currency_code: kind.id,
        transaction_unique: kind.text(255),
        card_hash: optional(kind.id),
        card_mask: optional(kind.id),
        response_code: kind.integer,
        response_status: kind.integer,
        response_message: kind.text(255),
        state: kind.id,
        amount_received: kind.integer,
        amount_refunded: kind.integer,
        sale_id: optional(kind.id),
        result: kind.json,
        created_at: kind.time,
        changed_at: kind.time,
        callback_answer: optional(kind.text(100)),
        callback_at: optional(kind.time),
        faults: kind.text(500),
      },
      primaryKey: ["id"],
      unique: [["xref"]],
      indexes: [["gateway_merchant_id", "transaction_unique"]],
    });
    await createTable(runner, "sandbox_faults", {
      columns: { gateway_merchant_id: kind.id, faults: kind.text(500), changed_at: kind.time },
      primaryKey: ["gateway_merchant_id"],
    });
    await createTable(runner, "sandbox_last_use", {
      columns: { fingerprint: kind.id, used_at: kind.time },
      primaryKey: ["fingerprint"],
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
