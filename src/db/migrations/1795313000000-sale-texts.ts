import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { kind, optional } from "./create-table.js";

/** What a payment has the gateway say: on the card's statement, and in a receipt. */
export class SaleTexts1795313000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "payment_intent", {
      statement_descriptor: optional(kind.text(22)),
      receipt_email: optional(kind.text(320)),
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
