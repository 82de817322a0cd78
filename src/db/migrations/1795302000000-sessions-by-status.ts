import type { MigrationInterface, QueryRunner } from "typeorm";

import { isSqlite } from "./create-table.js";

/** An index for lists of one status: they are read in order of their ids, without sessions of other statuses. */
export class IndexSessionsByStatus1795302000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const index = "checkout_session_merchant_id_livemode_status_id";
    const columns = "merchant_id, livemode, status, id";
    if (isSqlite(runner)) {
      await runner.query(`create index if not exists ${index} on checkout_session (${columns})`);
      return;
    }
    const there: unknown[] = await runner.query(
      `select 1 from information_schema.statistics
       where table_schema = database() and table_name = 'checkout_session' and index_name = ?`,
      [index],
    );
    if (there.length === 0) await runner.query(`create index ${index} on checkout_session (${columns})`);
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
