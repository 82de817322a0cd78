import type { MigrationInterface, QueryRunner } from "typeorm";

import { kind } from "./create-table.js";

/** Stores in a session when the reversal of one of its payments began; today `reversal_started_at`. */
export class NoteBegunReturns1795301300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn("checkout_session", "return_begun_at"))) {
      const engine = runner.dataSource.options.type === "better-sqlite3" ? "sqlite" : "mysql";
      await runner.query(`alter table checkout_session add column return_begun_at ${kind.time[engine]} null`);
    }
    await runner.query(`update checkout_session set return_begun_at = 0 where return_begun_at is null and id in
      (select session_id from gateway_result where outcome = 'held'
        and (resolution = 'return' or return_request is not null or return_claim is not null))`);
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
