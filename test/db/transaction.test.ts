import t from "tap";

import { isDatabaseAway, isDuplicateKey } from "../../src/db/engine/database-errors.js";
import { inTransaction, lockForUpdate } from "../../src/db/transaction.js";
import { eachEmptyEngine, signal } from "../support/database.js";
import {
  aSample,
  changeAmount,
  insertSamples,
  openSamples,
  saveSamples,
  storedIds,
  samples,
} from "../support/sample-table.js";

class Declined extends Error {}

await eachEmptyEngine(t, "an error rolls everything back and is thrown as it is", async (t, engine) => {
  const database = await openSamples(engine);
  const declined = new Declined("no");
  let runs = 0;
  const failing = inTransaction(database, "SERIALIZABLE", async (tx, run) => {
    runs++;
    t.equal(run.again, false);
    await insertSamples(tx, aSample());
    throw declined;
  });
  t.equal(await failing.catch((error: unknown) => error), declined);
  t.equal(runs, 1);
  t.same(await storedIds(database), []);
});

await eachEmptyEngine(t, "a transaction inside a transaction is refused", async (t, engine) => {
  const database = await openSamples(engine);
  await inTransaction(database, "SERIALIZABLE", async (tx) => {
    await t.rejects(saveSamples(database, aSample({ id: "inner" })), { message: /inside a transaction/ });
    await insertSamples(tx, aSample({ id: "outer" }));
  });
  t.same(await storedIds(database), ["outer"]);
});

await eachEmptyEngine(t, "a query beside the running transaction is refused", async (t, engine) => {
  const database = await openSamples(engine);
  const after = signal();
  let later: Promise<string[]> | undefined;
  await inTransaction(database, "SERIALIZABLE", async (tx) => {
    await t.rejects(storedIds(database), { message: /outside the running transaction/ });
    await t.rejects(
      Promise.resolve().then(() => database.manager.query("select 1")),
      { message: /outside/ },
    );
    await insertSamples(tx, aSample());
    later = after.given.then(() => storedIds(database));
  });
  after.give();
  t.same(await later, ["a"], "what the work left behind may look once the transaction is over");
});

await eachEmptyEngine(
  t,
  "a taken key may be caught inside, and the transaction goes on",
  async (t, engine) => {
    const database = await openSamples(engine);
    await saveSamples(database, aSample());
    await inTransaction(database, "SERIALIZABLE", async (tx) => {
      const error = await insertSamples(tx, aSample({ title: "other" })).catch((error: unknown) => error);
      t.ok(isDuplicateKey(error));
      t.ok(isDuplicateKey(error, "PRIMARY"));
      t.notOk(isDuplicateKey(error, "sample_owner_id_title"));
      await insertSamples(tx, aSample({ id: "b" }));
    });
    t.same(await storedIds(database), ["a", "b"]);
  },
);

await eachEmptyEngine(t, "a taken key is told by its name", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample());
  const title = "for key 'PRIMARY'";
  await saveSamples(database, aSample({ id: "c", title }));
  const error = await saveSamples(database, aSample({ id: "d", title })).catch((error: unknown) => error);
  t.ok(isDuplicateKey(error));
  t.ok(isDuplicateKey(error, "sample_owner_id_title"));
  t.notOk(isDuplicateKey(error, "PRIMARY"));
  t.notOk(isDuplicateKey(error, "owner_id_title"));
  t.notOk(
    isDuplicateKey(
      await saveSamples(database, aSample({ id: "x".repeat(65) })).catch((error: unknown) => error),
    ),
  );
  t.notOk(isDuplicateKey("for key 'PRIMARY'"));
});

await eachEmptyEngine(t, "of 32 that complete one row exactly one wins", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample({ amount: 0 }));
  const complete = (caller: number) =>
    inTransaction(database, "SERIALIZABLE", async (tx) => {
      const row = await lockForUpdate(
        tx.createQueryBuilder(samples, "sample").where({ id: "a" }),
      ).getOneOrFail();
      if (row.amount !== 0) return row.amount;
      await insertSamples(tx, aSample({ id: `intent ${caller}`, title: "one intent only" }));
      t.equal(await changeAmount(tx, "a", 0, caller), 1);
      return caller;
    });
  const answers = await Promise.all(Array.from({ length: 32 }, (_, index) => complete(index + 1)));
  t.equal(new Set(answers).size, 1, "everybody is told the winner");
  t.same(await storedIds(database), ["a", `intent ${answers[0]}`]);
});

await eachEmptyEngine(t, "of many at once the acknowledged are stored, and they alone", async (t, engine) => {
  const database = await openSamples(engine);
  // It has its connection before the others queue for theirs.
  const watcher = database.dataSource.createQueryRunner();
  await watcher.connect();
  const numbers = Array.from({ length: 50 }, (_, index) => index);
  const failing = numbers.map((number) =>
    inTransaction(database, "SERIALIZABLE", async (tx) => {
      await insertSamples(tx, aSample({ id: `long ${number}`, amount: 0 }));
      await new Promise((resolve) => setImmediate(resolve));
      await changeAmount(tx, `long ${number}`, 0, 1);
      if (number % 5 === 0) throw new Declined(`long ${number}`);
    }),
  );
  const plain = numbers.map((number) => saveSamples(database, aSample({ id: `plain ${number}` })));
  const writing = Promise.allSettled([...failing, ...plain]);
  const looks = await watchUntil(writing);
  const settled = await writing;
  await watcher.release();
  t.ok(looks > 1, "a guard that saw nothing must fail");

  const refused = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  t.equal(refused.length, 10);
  for (const reason of refused) t.type(reason, Declined);
  const kept = numbers.filter((number) => number % 5 !== 0).map((number) => `long ${number}`);
  t.same(await storedIds(database), [...kept, ...numbers.map((number) => `plain ${number}`)].sort());

  async function watchUntil(end: Promise<unknown>): Promise<number> {
    const state = { over: false };
    void end.then(() => (state.over = true));
    let looks = 0;
    for (; !state.over; looks++) {
      const rows = await watcher.manager.find(samples);
      const dirty = rows.filter((row) => row.amount === 0 || /^long \d*[05]$/.test(row.id));
      if (dirty.length > 0) t.fail(`seen before it was committed: ${dirty[0]?.id}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return looks;
  }
});

await eachEmptyEngine(t, "a closed database refuses transactions and reads", async (t, engine) => {
  const database = await openSamples(engine);
  await database.close();
  for (const attempt of [() => saveSamples(database, aSample()), () => storedIds(database)]) {
    const error = await attempt().catch((error: unknown) => error);
    t.match(error, { message: /closed/ });
    t.ok(isDatabaseAway(error));
  }
});
