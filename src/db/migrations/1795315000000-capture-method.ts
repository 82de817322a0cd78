import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { kind, optional } from "./create-table.js";

/** Lets a payment be authorized now and captured later. */
export class CaptureMethod1795315000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "payment_intent", {
      capture_method: optional(kind.id),
      capture_before: optional(kind.time),
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
