import type { MigrationInterface, QueryRunner } from "typeorm";

import { addColumns } from "./add-column.js";
import { isSqlite, kind, optional } from "./create-table.js";

/**
 * What merchants say of their customers, cards and canceled payments, and an index that finds customers by their email
 * address.
 */
export class CustomerDetails1795311000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "customer", {
      phone: optional(kind.text(50)),
      description: optional(kind.text(350)),
      address: optional(kind.json),
    });
    await addColumns(runner, "payment_method", { metadata: optional(kind.json) });
    await addColumns(runner, "payment_intent", { cancellation_reason: optional(kind.id) });
    await addIndex(runner);
  }

  async down(): Promise<void> {
    throw new Error("Records of payments are not dropped.");
  }
}

async function addIndex(runner: QueryRunner): Promise<void> {
  const index = "customer_merchant_id_livemode_email_id";
  const columns = "merchant_id, livemode, email, id";
  if (isSqlite(runner)) {
    await runner.query(`create index if not exists ${index} on customer (${columns})`);
    return;
  }
  const there: unknown[] = await runner.query(
    `select 1 from information_schema.statistics
     where table_schema = database() and table_name = 'customer' and index_name = ?`,
    [index],
  );
  if (there.length === 0) await runner.query(`create index ${index} on customer (${columns})`);
}
