import path from "node:path";

import Libsql from "libsql";
import t, { type Test } from "tap";

import { onceFree } from "../../src/db/engine/retry-busy.js";
import { isDatabaseAway } from "../../src/db/engine/database-errors.js";
import { SqliteReader } from "../../src/db/sqlite/sqlite-reader.js";
import { type Child, startChild } from "../support/child.js";
import { onSqlite, until } from "../support/database.js";
import { openSamples, storedIds } from "../support/sample-table.js";

const HOLDING = import.meta.resolve("./children/holding.js");
const WRITING = import.meta.resolve("./children/writing.js");

type Answer = { acknowledged?: string; log?: string; pong?: number };

await onSqlite(t, "what was acknowledged survives other processes and kill -9", async (t, engine) => {
  const database = await openSamples(engine);
  const writer = startChild<Answer>(t, WRITING, { ...engine.place, name: "w" });
  const holder = await startHolder(t, engine.place.dataDir);
  await until("the writer is ready", () => writer.answers.length > 0);
  writer.tell("write");
  for (let round = 1; round <= 2; round++) {
    await moreAcknowledged(writer, 100);
    await hold(holder, "take");
    const pings = pongs(writer) + 1;
    writer.tell("ping");
    await until("the writer still answers and reads", () => pongs(writer) === pings);
    const again = reruns(writer) + 1;
    await until("the writer ran out of patience and began anew", () => reruns(writer) >= again);
    holder.tell("give");
    await until("the lock is given back", () => count(holder, "given") === round);
  }
  await moreAcknowledged(writer, 100);
  await writer.kill();

  const stored = new Set(await storedIds(database));
  const lost = acknowledged(writer).filter((id) => !stored.has(id));
  t.same(lost, []);
  t.ok(stored.has("held 0") && stored.has("held 1"));
  t.ok(stored.size <= acknowledged(writer).length + 2 + 4, "at most one row a lane was under way");
  t.same(await database.manager.query("pragma integrity_check"), [{ integrity_check: "ok" }]);
});

await onSqlite(t, "two processes write at full speed, and both get through", async (t, engine) => {
  const database = await openSamples(engine);
  const writers = ["x", "y"].map((name) => startChild<Answer>(t, WRITING, { ...engine.place, name }));
  await until("both are ready", () => writers.every((writer) => writer.answers.length > 0));
  for (const writer of writers) writer.tell("write");
  await Promise.all(writers.map((writer) => moreAcknowledged(writer, 300)));
  await Promise.all(writers.map((writer) => writer.kill()));
  const stored = new Set(await storedIds(database));
  for (const writer of writers)
    t.same(
      acknowledged(writer).filter((id) => !stored.has(id)),
      [],
    );
});

await onSqlite(t, "a lock is waited for with patience, and not for ever", async (t, engine) => {
  await openSamples(engine);
  const holder = await startHolder(t, engine.place.dataDir);
  await hold(holder, "take");
  const connection = new Libsql(path.join(engine.place.dataDir, "calmony-pay.db"));
  const begin = () => connection.exec("begin immediate");
  const error = await onceFree(begin, 30).catch((error: unknown) => error);
  t.match(error, { code: "SQLITE_BUSY" });
  t.ok(isDatabaseAway(error));
  const waiting = onceFree(begin, 20_000);
  holder.tell("give");
  await waiting;
  connection.close();
});

await onSqlite(t, "a read that met a lock leaves nothing behind", async (t, engine) => {
  const file = path.join(engine.place.dataDir, "calmony-pay.db");
  // Without WAL a writer locks readers out, as in WAL only a recovery after a crash does.
  const stranger = new Libsql(file);
  stranger.exec("create table sample (id, b, c, d, e, f, g, h)");
  const reader = new SqliteReader(new Libsql(file, { timeout: 1 }));
  const rows = async (sql: string) => (await reader.read(sql, [])).rows;
  t.same(await rows("select id from sample"), []);
  const holder = await startHolder(t, engine.place.dataDir);
  await hold(holder, "seize");
  await t.rejects(rows("select id from sample"), { code: "SQLITE_BUSY" });
  holder.tell("give");
  await until("the lock is given back", () => count(holder, "given") === 1);
  t.same(await rows("select id as other from sample"), [{ other: "held 0" }]);
  stranger.exec("update sample set id = 'changed'");
  t.same(await rows("select id from sample"), [{ id: "changed" }]);
  stranger.close();
  reader.close();
});

async function hold(holder: Child<string>, how: "take" | "seize"): Promise<void> {
  const taken = count(holder, "taken") + 1;
  holder.tell(how);
  await until("the other process holds the lock", () => count(holder, "taken") === taken);
}

async function startHolder(t: Test, dataDir: string): Promise<Child<string>> {
  const holder = startChild<string>(t, HOLDING, { file: path.join(dataDir, "calmony-pay.db") });
  await until("the holder is ready", () => count(holder, "ready") === 1);
  return holder;
}

function count(child: Child<string>, answer: string): number {
  return child.answers.filter((given) => given === answer).length;
}

function acknowledged(writer: Child<Answer>): string[] {
  return writer.answers.flatMap((answer) => answer.acknowledged ?? []);
}

function pongs(writer: Child<Answer>): number {
  return writer.answers.filter((answer) => answer.pong !== undefined).length;
}

function reruns(writer: Child<Answer>): number {
  return writer.answers.filter((answer) => answer.log?.includes("a transaction runs again")).length;
}

async function moreAcknowledged(writer: Child<Answer>, more: number): Promise<void> {
  const enough = acknowledged(writer).length + more;
  await until(`${more} more rows are acknowledged`, () => acknowledged(writer).length >= enough);
}
