import t from "tap";

import type { Database } from "../../src/db/database.js";
import { findCustomer } from "../../src/db/customers.js";
import { migrate } from "../../src/db/migrate.js";
import { entities, migrations } from "../../src/db/schema.js";
import { inTransaction } from "../../src/db/transaction.js";
import { eachEngine } from "../support/database.js";

/** How many migrations the first release had. */
const RELEASED = 2;

const OWNER = { merchantId: "mer_1", livemode: true };
const ROW = { merchant_id: "mer_1", livemode: 1, created_at: 1_718_000_000_000 };
const CARD = { type: "card", brand: "visa", last4: "0821", exp_month: 12, exp_year: 2029, xref_sealed: null };

await eachEngine(t, "rows of the first release are kept, and told what is new of them", async (t, engine) => {
  const released = await engine.open({ migrations: migrations.slice(0, RELEASED) });
  await migrate(released);
  await insert(released, "customer", { ...ROW, id: "cus_1", email: "ada@example.com" });
  await insert(released, "payment_method", { ...ROW, ...CARD, id: "pm_1", customer_id: "cus_1" });
  await insert(released, "payment_method", { ...ROW, ...CARD, id: "pm_2", customer_id: null });
  const database = await engine.open({ entities, migrations });
  t.equal((await migrate(database)).length, migrations.length - RELEASED);
  t.same(await migrate(database), [], "once");
  t.same(await findCustomer(database.manager, OWNER, "cus_1"), {
    ...OWNER,
    id: "cus_1",
    email: "ada@example.com",
    name: null,
    metadata: {},
    createdAt: 1_718_000_000_000,
    deletedAt: null,
  });
  const cards = await database.manager.query("SELECT id, last4, reusable FROM payment_method ORDER BY id");
  t.match(cards, [
    { id: "pm_1", last4: "0821", reusable: 1 },
    { id: "pm_2", last4: "0821", reusable: 0 },
  ]);
});

await eachEngine(t, "migrations that stopped before they were noted are run again", async (t, engine) => {
  const database = await engine.open({ entities, migrations });
  await migrate(database);
  const names = migrations.slice(RELEASED).map(({ name }) => name);
  await write(database, `DELETE FROM migrations WHERE name IN (${names.map(() => "?").join(", ")})`, names);
  t.same(await migrate(database), names);
});

async function insert(database: Database, table: string, row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row);
  const places = columns.map(() => "?").join(", ");
  const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`;
  await write(database, sql, Object.values(row));
}

async function write(database: Database, sql: string, values: unknown[]): Promise<void> {
  await inTransaction(database, "READ COMMITTED", async (tx) => {
    await tx.query(sql, values);
  });
}
