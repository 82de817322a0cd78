import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { createTable, kind, optional } from "./create-table.js";

/** What a shopper does for a payment intent, authenticate or pay on its page; and where its page leads in the end. */
export class ShopperSteps1795320000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "payment_intent", { return_url: optional(kind.text(5000)) });
    await createTable(runner, "shopper_step", {
      columns: {
        payment_intent_id: kind.id,
        attempt: kind.integer,
        kind: kind.id,
        rounds: kind.integer,
        ends_at: kind.time,
        challenge_sealed: optional(kind.bytes),
      },
      primaryKey: ["payment_intent_id"],
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
