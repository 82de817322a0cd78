import type { Connection, RowDataPacket } from "mysql2/promise";
import t from "tap";

import { isDatabaseAway } from "../../src/db/engine/database-errors.js";
import { inTransaction, lockForUpdate, type Run, type Tx } from "../../src/db/transaction.js";
import { onEmptyMysql, signal, untilLockWait } from "../support/database.js";
import {
  aSample,
  changeAmount,
  insertSamples,
  openSamples,
  saveSamples,
  storedIds,
  samples,
} from "../support/sample-table.js";

const lockSample = (tx: Tx, id: string) =>
  lockForUpdate(tx.createQueryBuilder(samples, "sample").where({ id })).getOneOrFail();

await onEmptyMysql(t, "of two that deadlock both commit in the end", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample({ id: "a", amount: 0 }), aSample({ id: "b", amount: 0 }));
  const both = { left: signal(), right: signal() };
  let runs = 0;
  const raise = (first: string, second: string, mine: keyof typeof both, other: keyof typeof both) =>
    inTransaction(database, "SERIALIZABLE", async (tx) => {
      runs++;
      const { amount } = await lockSample(tx, first);
      both[mine].give();
      await both[other].given;
      const { amount: other_ } = await lockSample(tx, second);
      await changeAmount(tx, first, amount, amount + 1);
      await changeAmount(tx, second, other_, other_ + 1);
    });
  await Promise.all([raise("a", "b", "left", "right"), raise("b", "a", "right", "left")]);
  t.equal(runs, 3);
  const rows = await database.manager.find(samples);
  t.same(
    rows.map((row) => row.amount),
    [2, 2],
  );
});

await onEmptyMysql(
  t,
  "work that swallows a deadlock and goes on is run again all the same",
  async (t, engine) => {
    const database = await openSamples(engine);
    await saveSamples(database, aSample({ id: "a" }), aSample({ id: "b" }));
    const both = { left: signal(), right: signal() };
    let deadlocks = 0;
    const work = (first: string, second: string, mine: keyof typeof both, other: keyof typeof both) =>
      inTransaction(database, "SERIALIZABLE", async (tx) => {
        await insertSamples(tx, aSample({ id: `before ${mine}` }));
        await lockSample(tx, first);
        both[mine].give();
        await both[other].given;
        await lockSample(tx, second).catch(() => deadlocks++);
        await insertSamples(tx, aSample({ id: `after ${mine}` })).catch(() => {});
      });
    await Promise.all([work("a", "b", "left", "right"), work("b", "a", "right", "left")]);
    t.equal(deadlocks, 1);
    t.same(await storedIds(database), ["a", "after left", "after right", "b", "before left", "before right"]);
  },
);

await onEmptyMysql(t, "a lock held too long is waited for again", async (t, engine, admin) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample({ amount: 0 }));
  await admin.query("start transaction");
  await admin.query("update sample set amount = 5 where id = 'a'");
  const runs: Run[] = [];
  await inTransaction(database, "SERIALIZABLE", async (tx, run) => {
    runs.push(run);
    if (runs.length > 1) await admin.query("commit");
    await impatient(tx);
    const { amount } = await lockSample(tx, "a");
    await changeAmount(tx, "a", amount, amount + 1);
  });
  t.same(runs, [{ again: false }, { again: false }], "nothing of the first run can be there");
  t.equal((await database.manager.findOneByOrFail(samples, { id: "a" })).amount, 6);
});

await onEmptyMysql(
  t,
  "a lock that is never given back ends the eighth run, or that of the fifth second",
  async (t, engine, admin) => {
    const database = await openSamples(engine);
    await saveSamples(database, aSample());
    await admin.query("start transaction");
    await admin.query("select * from sample where id = 'a' for update");
    let runs = 0;
    const began = performance.now();
    const waiting = inTransaction(database, "READ COMMITTED", async (tx) => {
      runs++;
      await impatient(tx);
      await lockSample(tx, "a");
    });
    const error = await waiting.catch((error: unknown) => error);
    t.match(error, { driverError: { errno: 1205 } });
    t.ok(isDatabaseAway(error));
    if (await isMariadb(admin)) t.equal(runs, 8);
    else t.ok(runs > 1 && runs < 8 && performance.now() - began > 5_000, `${runs} runs`);
    await admin.query("rollback");
  },
);

await onEmptyMysql(
  t,
  "a row that changed since the transaction began is read again",
  async (t, engine, admin) => {
    const database = await openSamples(engine);
    await saveSamples(database, aSample({ amount: 0 }));
    if (!(await isMariadb(admin))) return t.comment("MySQL has no such setting");
    // The default of later MariaDBs. The pool has this one connection, so the next transaction is on it too.
    await database.manager.query("set session innodb_snapshot_isolation = on");
    await admin.query("start transaction");
    await admin.query("update sample set amount = 1 where id = 'a'");
    const reasons: unknown[] = [];
    const changing = inTransaction(database, "SERIALIZABLE", async (tx) => {
      const row = await lockSample(tx, "a").catch((error: { driverError: { errno: number } }) => {
        reasons.push(error.driverError.errno);
        throw error;
      });
      await changeAmount(tx, "a", row.amount, row.amount + 1);
    });
    await untilLockWait(admin);
    await admin.query("commit");
    await changing;
    t.same(reasons, [1020]);
    t.equal((await database.manager.findOneByOrFail(samples, { id: "a" })).amount, 2);
  },
);

/** Waits for no lock at all. MySQL waits for a second at least. */
async function impatient(tx: Tx): Promise<void> {
  const seconds = tx.dataSource.options.type === "mariadb" ? 0 : 1;
  await tx.query(`set session innodb_lock_wait_timeout = ${seconds}`);
}

async function isMariadb(admin: Connection): Promise<boolean> {
  const [rows] = await admin.query<RowDataPacket[]>("select version() as version");
  return String(rows[0]?.["version"]).includes("MariaDB");
}
