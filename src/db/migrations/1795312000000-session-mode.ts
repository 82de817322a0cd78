import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { kind, optional } from "./create-table.js";

/** Sessions that store a card without a payment. Those from before take a payment, which null says. */
export class SessionMode1795312000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "checkout_session", { mode: optional(kind.id) });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
