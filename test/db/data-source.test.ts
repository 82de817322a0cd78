import t from "tap";

import { openDatabase } from "../../src/db/data-source.js";
import { parseServerUrl } from "../../src/db/mysql/server-url.js";
import { inTransaction } from "../../src/db/transaction.js";
import { eachEmptyEngine, onEmptyMysql, onSqlite, signal, silent } from "../support/database.js";
import {
  aSample,
  insertSamples,
  openSamples,
  saveSamples,
  storedIds,
  samples,
} from "../support/sample-table.js";

const parts = { dataDir: "unused", entities: [], migrations: [], log: silent };

await t.test("an address that cannot be meant is refused", async (t) => {
  await t.rejects(openDatabase({ ...parts, url: "postgres://localhost/pay" }), { message: /mysql:\/\// });
  await t.rejects(openDatabase({ ...parts, url: "mysql://localhost" }), { message: /name a database/ });
  await t.rejects(openDatabase({ ...parts, url: "mysql://localhost/pay?ssl=fals" }), { message: /ssl=true/ });
  await t.rejects(openDatabase({ ...parts, url: "mysql://localhost/pay?sslmode=x" }), {
    message: /ssl=true/,
  });
  for (const hosts of ["a,", ",a", "a:x", "a:99999", "a b", "", Array(10).fill("a").join(",")]) {
    await t.rejects(openDatabase({ ...parts, url: `mysql://root@${hosts}/pay` }), { message: /host/ }, hosts);
  }
  await t.rejects(openDatabase({ ...parts, url: "mysql://root@127.0.0.1:1/pay" }), { code: "ECONNREFUSED" });
});

await t.test("an address is taken apart with its escapes undone", async (t) => {
  t.same(parseServerUrl("mariadb://us%40er:p%2Fw@db.example/pay"), {
    addresses: [{ host: "db.example", port: 3306 }],
    user: "us@er",
    password: "p/w",
    database: "pay",
    ssl: undefined,
  });
  const other = parseServerUrl("mysql://root@[::1]:3307,db-2,10.0.0.3:3308/pay?ssl=true");
  t.match(other, {
    addresses: [
      { host: "::1", port: 3307 },
      { host: "db-2", port: 3306 },
      { host: "10.0.0.3", port: 3308 },
    ],
    password: "",
    ssl: { rejectUnauthorized: true, verifyIdentity: true },
  });
});

await eachEmptyEngine(
  t,
  "a value that its column cannot hold is refused, not cut to fit",
  async (t, engine) => {
    const database = await openSamples(engine);
    await t.rejects(saveSamples(database, aSample({ title: "x".repeat(21) })), {
      message: /title|too long/i,
    });
    await t.rejects(saveSamples(database, aSample({ id: "x".repeat(65), title: "x" })), {
      message: /id|too long/i,
    });
    await t.rejects(saveSamples(database, aSample({ amount: 2 ** 53 })), RangeError);
    await t.rejects(saveSamples(database, aSample({ amount: 0.5 })), RangeError);
    await t.rejects(saveSamples(database, aSample({ amount: Number.NaN })), RangeError);
    const { title: _, ...untitled } = aSample();
    await t.rejects(saveSamples(database, untitled as ReturnType<typeof aSample>), { message: /title/ });
    t.same(await storedIds(database), []);
  },
);

await eachEmptyEngine(t, "a row comes back as it was stored", async (t, engine) => {
  const database = await openSamples(engine);
  const row = aSample({
    title: "Crème brûlée 🍮",
    amount: Number.MAX_SAFE_INTEGER,
    createdAt: -1,
    live: true,
    metadata: { order: "№ 7", nested: [null, "\u0000", 1.5] },
    sealed: Buffer.from([0, 255, 39, 92]),
  });
  const plain = aSample({ id: "b", amount: Number.MIN_SAFE_INTEGER, metadata: "text" });
  const large = aSample({ id: "c", metadata: "x".repeat(200_000), sealed: Buffer.alloc(200_000, 7) });
  await saveSamples(database, row, plain, large);
  t.same(await database.manager.find(samples, { order: { id: "ASC" } }), [row, plain, large]);
});

await eachEmptyEngine(t, "an id is found by exactly its own characters", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample({ id: "Ab" }), aSample({ id: "ab" }), aSample({ id: "ab " }));
  for (const id of ["Ab", "ab", "ab "]) t.equal((await database.manager.findOneBy(samples, { id }))?.id, id);
  for (const id of ["AB", "Ab ", "äb", "Ab\u0000", ""])
    t.equal(await database.manager.findOneBy(samples, { id }), null);
});

await eachEmptyEngine(t, "a lone value of any kind may stand in a condition", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample({ live: true, sealed: Buffer.from("sealed") }));
  const count = (condition: string, value: unknown) =>
    database.manager.createQueryBuilder(samples, "sample").where(condition, { value }).getCount();
  t.equal(await count("sample.sealed = :value", Buffer.from("sealed")), 1);
  t.equal(await count("sample.sealed = :value", null), 0);
  t.equal(await count("sample.live = :value", true), 1);
  t.equal(await count("sample.amount = :value", 1), 1);
});

await eachEmptyEngine(t, "a condition whose value is missing is refused", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample());
  const nothing = { id: undefined } as unknown as { id: string };
  await t.rejects(database.manager.findOneBy(samples, nothing), { message: /undefined/i });
});

await onSqlite(t, "a write outside a transaction is refused", async (t, engine) => {
  const database = await openSamples(engine);
  const refused = { message: /outside inTransaction/ };
  await t.rejects(database.manager.insert(samples, { ...aSample(), metadata: "" }), refused);
  await t.rejects(database.manager.query("insert into sample (id) values ('a') returning id"), refused);
  await t.rejects(database.manager.query("with one as (select 1) delete from sample"), refused);
  t.same(await storedIds(database), []);
});

await onSqlite(
  t,
  "an acknowledged commit is on the disk, and reads go on beside a transaction",
  async (t, engine) => {
    const database = await openSamples(engine);
    t.same(await database.manager.query("pragma journal_mode"), [{ journal_mode: "wal" }]);
    await inTransaction(database, "SERIALIZABLE", async (tx) => {
      t.same(await tx.query("pragma synchronous"), [{ synchronous: 2 }]);
      t.same(await tx.query("pragma foreign_keys"), [{ foreign_keys: 1 }]);
      const [{ timeout }] = await tx.query("pragma busy_timeout");
      t.ok(timeout <= 100, "SQLite's own wait blocks everybody");
    });
  },
);

await eachEmptyEngine(t, "a transaction that is running does not hold up reads", async (t, engine) => {
  const database = await openSamples(engine);
  const inside = signal();
  const mayEnd = signal();
  const writing = inTransaction(database, "SERIALIZABLE", async (tx) => {
    await insertSamples(tx, aSample());
    inside.give();
    await mayEnd.given;
  });
  await inside.given;
  t.same(await storedIds(database), [], "and what is not committed is not seen");
  mayEnd.give();
  await writing;
  t.same(await storedIds(database), ["a"]);
});

await eachEmptyEngine(t, "closing lets the transaction that is running end", async (t, engine) => {
  const database = await openSamples(engine);
  let closed: Promise<void> | undefined;
  await inTransaction(database, "SERIALIZABLE", async (tx) => {
    closed = database.close();
    await insertSamples(tx, aSample());
  });
  await closed;
  const again = await openSamples(engine);
  t.same(await storedIds(again), ["a"]);
});

await onEmptyMysql(t, "a connection that must be encrypted is never made in clear", async (t, engine) => {
  const open = engine.open({ url: `${engine.place.url}?ssl=true` });
  // MySQL has a certificate of its own, which nobody else has signed; MariaDB has none.
  await t.rejects(open, { code: /^HANDSHAKE_(NO_SSL_SUPPORT|SSL_ERROR)$/ });
});

await onEmptyMysql(t, "every connection to a server counts in UTC and is strict", async (t, engine) => {
  const database = await openSamples(engine);
  const setting = "select @@time_zone as zone, @@sql_mode as mode, @@innodb_lock_wait_timeout as wait";
  const ask = () => database.manager.query(`${setting}, sleep(0.05)`);
  for (const [row] of await Promise.all(Array.from({ length: 20 }, ask))) {
    t.match(row, { zone: "+00:00", mode: /STRICT_ALL_TABLES/, wait: 2 });
  }
});
