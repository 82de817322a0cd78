import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind } from "./create-table.js";

/** A row that the service overwrites to find out whether its database accepts writes again. */
export class CreateWriteCheck1795303000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, "write_check", {
      columns: { id: kind.integer, filler: kind.bytes },
      primaryKey: ["id"],
    });
    const [there]: unknown[] = await runner.query("select 1 from write_check where id = 1");
    if (there === undefined)
      await runner.query("insert into write_check (id, filler) values (1, ?)", [Buffer.alloc(1)]);
  }

  async down(): Promise<void> {
    throw new Error("A table that the service needs is not dropped.");
  }
}
