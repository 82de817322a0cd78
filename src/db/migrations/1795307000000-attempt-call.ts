import type { MigrationInterface, QueryRunner } from "typeorm";

import { renameColumns } from "./rename-columns.js";

/** Renames the id of the call that makes the newest attempt: only a held payment "claims" (a transaction). */
export class AttemptCall1795307000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await renameColumns(runner, "payment_intent", { columns: { attempt_claim: "attempt_call_id" } });
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
