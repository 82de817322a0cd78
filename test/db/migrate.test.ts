import t from "tap";
import type { MigrationInterface, QueryRunner } from "typeorm";

import { createTable, kind } from "../../src/db/migrations/create-table.js";
import { migrate } from "../../src/db/migrate.js";
import { startChild } from "../support/child.js";
import { eachEmptyEngine, until } from "../support/database.js";
import {
  aSample,
  CreateSamples1700000000000,
  FillSamples1700000000001,
  saveSamples,
  storedIds,
  samples,
} from "../support/sample-table.js";

const MIGRATING = import.meta.resolve("./children/migrating.js");

const NAMES = ["CreateSamples1700000000000", "FillSamples1700000000001"];

await eachEmptyEngine(t, "migrations are applied once, in their order", async (t, engine) => {
  const migrations = [FillSamples1700000000001, CreateSamples1700000000000];
  const database = await engine.open({ entities: [samples], migrations });
  t.same(await migrate(database), NAMES);
  t.same(await migrate(database), []);
  t.equal((await storedIds(database)).length, 50);
});

await eachEmptyEngine(
  t,
  "of four processes one applies, and the others find nothing left",
  async (t, engine) => {
    const children = Array.from({ length: 4 }, () =>
      startChild<string[] | "ready">(t, MIGRATING, engine.place),
    );
    await until("all are ready", () => children.every((child) => child.answers.length === 1));
    for (const child of children) child.tell("go");
    await Promise.all(children.map((child) => child.ended()));
    const applied = children.map((child) => child.answers[1]);
    t.same(
      applied.filter((names) => names?.length === 2),
      [NAMES],
    );
    t.equal(applied.filter((names) => names?.length === 0).length, 3);
    const database = await engine.open({ entities: [samples] });
    t.equal((await storedIds(database)).length, 50);
  },
);

await eachEmptyEngine(t, "a migration that failed half-way is run again to its end", async (t, engine) => {
  const state = { broken: true };
  class AddNotes1700000000002 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      const shape = {
        columns: { id: kind.id, word: kind.id },
        primaryKey: ["id"],
        indexes: [["word"]],
      } as const;
      await createTable(runner, "note", shape);
      if (state.broken) throw new Error("out of order");
      await createTable(runner, "other_note", shape);
    }
    async down(): Promise<void> {}
  }
  const migrations = [CreateSamples1700000000000, AddNotes1700000000002];
  const database = await engine.open({ entities: [samples], migrations });
  await t.rejects(migrate(database), { message: "out of order" });
  state.broken = false;
  t.ok((await migrate(database)).includes("AddNotes1700000000002"));
  await saveSamples(database, aSample());
  t.same(await database.manager.query("select * from other_note"), []);
});

await eachEmptyEngine(
  t,
  "an index whose name would be too long for a server is refused on both",
  async (t, engine) => {
    class TooLong1700000000003 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        const name = "x".repeat(40);
        await createTable(runner, name, {
          columns: { [name]: kind.id },
          primaryKey: [name],
          indexes: [[name]],
        });
      }
      async down(): Promise<void> {}
    }
    const database = await engine.open({ migrations: [TooLong1700000000003] });
    await t.rejects(migrate(database), { message: /too long: a server takes 64/ });
  },
);
