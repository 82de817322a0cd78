import { EntitySchema, type MigrationInterface, type QueryRunner } from "typeorm";

import {
  bytes,
  flag,
  id,
  integer,
  json,
  optional,
  primary,
  text,
  time,
} from "../../src/db/engine/columns.js";
import { createTable, kind, optional as nullable } from "../../src/db/migrations/create-table.js";
import type { Database } from "../../src/db/engine/database.js";
import { migrate } from "../../src/db/migrate.js";
import { inTransaction, type Tx } from "../../src/db/transaction.js";
import type { TestEngine } from "./database.js";

type Metadata = string | { readonly [key: string]: string | number | readonly (string | number | null)[] };

/** A row of a table that has a column of every kind. */
export interface Sample {
  id: string;
  ownerId: string;
  title: string;
  amount: number;
  createdAt: number;
  live: boolean;
  metadata: Metadata;
  sealed: Buffer | null;
}

export const samples = new EntitySchema<Sample>({
  name: "sample",
  columns: {
    id: primary(id()),
    ownerId: id(),
    title: text(20),
    amount: integer(),
    createdAt: time(),
    live: flag(),
    metadata: json(),
    sealed: optional(bytes()),
  },
});

export class CreateSamples1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, "sample", {
      columns: {
        id: kind.id,
        owner_id: kind.id,
        title: kind.text(20),
        amount: kind.integer,
        created_at: kind.time,
        live: kind.flag,
        metadata: kind.json,
        sealed: nullable(kind.bytes),
      },
      primaryKey: ["id"],
      unique: [["owner_id", "title"]],
      indexes: [["created_at"]],
    });
  }

  async down(): Promise<void> {}
}

/** Not repeatable on purpose: a second run fails on the primary keys of its rows. */
export class FillSamples1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (let row = 0; row < 50; row++) {
      await runner.query("insert into sample values (?, 'owner', ?, 1, 0, 0, '{}', null)", [
        `filled ${row}`,
        `${row}`,
      ]);
    }
  }

  async down(): Promise<void> {}
}

/** Opens the test's database with the empty sample table. */
export async function openSamples(engine: TestEngine, parts: Parameters<TestEngine["open"]>[0] = {}) {
  const database = await engine.open({
    entities: [samples],
    migrations: [CreateSamples1700000000000],
    ...parts,
  });
  await migrate(database);
  return database;
}

export function aSample(over: Partial<Sample> = {}): Sample {
  const name = over.id ?? "a";
  const rest = { amount: 1, createdAt: 1_700_000_000_000, live: false, metadata: {}, sealed: null };
  return { id: name, ownerId: "owner", title: name, ...rest, ...over };
}

export async function insertSamples(tx: Tx, ...rows: Sample[]): Promise<void> {
  await tx.createQueryBuilder().insert().into(samples).values(rows).updateEntity(false).execute();
}

/** Changes the amount from `from` to `to`. Returns how many rows had `from`: one or none. */
export async function changeAmount(tx: Tx, id: string, from: number, to: number): Promise<number> {
  const change = tx.createQueryBuilder().update(samples).set({ amount: to });
  const { affected } = await change.where("id = :id and amount = :from", { id, from }).execute();
  return affected ?? 0;
}

export async function storedIds(database: Database): Promise<string[]> {
  const rows = await database.manager.find(samples, { select: { id: true }, order: { id: "ASC" } });
  return rows.map((row) => row.id);
}

/** Inserts the rows in one transaction. */
export function saveSamples(database: Database, ...rows: Sample[]): Promise<void> {
  return inTransaction(database, "READ COMMITTED", (tx) => insertSamples(tx, ...rows));
}
