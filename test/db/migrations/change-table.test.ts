import t from "tap";

import { changeTable } from "../../../src/db/migrations/change-table.js";
import { createTable, kind, optional } from "../../../src/db/migrations/create-table.js";
import type { Database } from "../../../src/db/engine/database.js";
import { inTransaction } from "../../../src/db/transaction.js";
import { eachEmptyEngine, onEmptyMysql, type TestEngine } from "../../support/database.js";

const OLD = {
  columns: { id: kind.id, owner: kind.id, amount: kind.integer, colour: kind.id },
  primaryKey: ["id"],
  unique: [["owner"]],
  indexes: [["colour"]],
} as const;

const NEW = {
  shape: {
    columns: {
      id: kind.id,
      owner: optional(kind.id),
      shade: kind.id,
      amount: kind.integer,
      paid: kind.integer,
      note: optional(kind.id),
    },
    primaryKey: ["id"],
    unique: [["owner"]],
    indexes: [["amount", "id"]],
  },
  values: { paid: "amount", shade: "colour" },
} as const;

const ADA = { id: "a", owner: "ada", shade: "red", amount: 7, paid: 7, note: null };

await eachEmptyEngine(t, "a table changes its shape and keeps its rows", async (t, engine) => {
  const database = await openThing(engine);
  await change(database);
  t.same(await rows(database), [ADA]);
  await write(database, insert("('b', null, 'blue', 1, 0, 'n'), ('c', null, 'blue', 1, 0, 'n')"));
  await t.rejects(write(database, insert("('d', 'ada', 'red', 1, 0, 'n')")), /unique|duplicate/i);
  await t.rejects(write(database, insert("('d', 'eve', 'red', 1, null, 'n')")), /null/i);
});

await eachEmptyEngine(t, "a change that was made is made again without harm", async (t, engine) => {
  const database = await openThing(engine);
  await change(database);
  await write(database, insert("('b', null, 'blue', 3, 0, 'n')"));
  await change(database);
  t.same(await rows(database), [ADA, { id: "b", owner: null, shade: "blue", amount: 3, paid: 0, note: "n" }]);
});

await onEmptyMysql(t, "a change that ended half-way is made to its end", async (t, engine) => {
  const database = await openThing(engine);
  await write(database, "alter table thing add column paid bigint null, add column shade varchar(64) null");
  await write(database, "update thing set paid = amount");
  await change(database);
  t.same(await rows(database), [ADA]);
});

function insert(rows: string): string {
  return `insert into thing (id, owner, shade, amount, paid, note) values ${rows}`;
}

async function openThing(engine: TestEngine): Promise<Database> {
  const database = await engine.open({});
  await inRunner(database, (runner) => createTable(runner, "thing", OLD));
  await write(database, "insert into thing values ('a', 'ada', 7, 'red')");
  return database;
}

function change(database: Database): Promise<void> {
  return inRunner(database, (runner) => changeTable(runner, "thing", NEW));
}

type Runner = Parameters<typeof createTable>[0];

function inRunner(database: Database, work: (runner: Runner) => Promise<void>): Promise<void> {
  return inTransaction(database, "SERIALIZABLE", async (tx) => {
    if (tx.queryRunner !== undefined) await work(tx.queryRunner);
  });
}

function write(database: Database, sql: string): Promise<void> {
  return inTransaction(database, "READ COMMITTED", async (tx) => void (await tx.query(sql)));
}

/** As a server tells numbers, and as SQLite does. */
async function rows(database: Database): Promise<unknown> {
  const found: object[] = await database.manager.query(
    "select id, owner, shade, amount, paid, note from thing order by id",
  );
  const numbers = new Set(["amount", "paid"]);
  return JSON.parse(JSON.stringify(found), (name, value: unknown) =>
    numbers.has(name) ? Number(value) : value,
  );
}
