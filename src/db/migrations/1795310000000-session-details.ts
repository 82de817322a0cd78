import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { kind, optional } from "./create-table.js";

/** What merchants say of a session and its payment besides the order, and who paid a session. */
export class SessionDetails1795310000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "checkout_session", {
      options: optional(kind.json),
      billing_sealed: optional(kind.bytes),
    });
    await addColumns(runner, "payment_intent", { description: optional(kind.text(1000)) });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
