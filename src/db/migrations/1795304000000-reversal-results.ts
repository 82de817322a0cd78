import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { isSqlite, kind, optional } from "./create-table.js";

/** Stores in a result the refund, or the reversal of a held payment, that it reports. */
export class NameReversals1795304000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "gateway_result", { reversal_id: optional(kind.id) });
    const index = "gateway_result_reversal_id_outcome";
    if (isSqlite(runner)) {
      await runner.query(`create index if not exists ${index} on gateway_result (reversal_id, outcome)`);
      return;
    }
    const there: unknown[] = await runner.query(
      `select 1 from information_schema.statistics
       where table_schema = database() and table_name = 'gateway_result' and index_name = ?`,
      [index],
    );
    if (there.length === 0) {
      await runner.query(`create index ${index} on gateway_result (reversal_id, outcome)`);
    }
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}
