import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { kind, optional } from "./create-table.js";

/** What the sandbox's books keep of the captures of an authorized sale. */
export class SandboxCaptures1795317000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "sandbox_transaction", {
      amount_captured: optional(kind.integer),
      captures_refused: optional(kind.integer),
    });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
