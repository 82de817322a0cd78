import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { kind, optional } from "./create-table.js";

/** Whether a page may offer a stored card to its shopper, and what a shopper has chosen on a session's page. */
export class SavedCards1795335000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "payment_method", { allow_redisplay: optional(kind.id) });
    await addColumns(runner, "checkout_session", { card_choice: optional(kind.json) });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
