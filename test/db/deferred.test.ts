import t from "tap";

import { isDuplicateKey } from "../../src/db/engine/database-errors.js";
import { queueInsert } from "../../src/db/query/insert.js";
import { inTransaction, type Isolation, type Tx } from "../../src/db/transaction.js";
import { queueUpdate, updateRows } from "../../src/db/query/update.js";
import { eachEmptyEngine } from "../support/database.js";
import { aSample, openSamples, saveSamples, storedIds, samples } from "../support/sample-table.js";

const ISOLATIONS: readonly Isolation[] = ["READ COMMITTED", "SERIALIZABLE"];

function changeLater(tx: Tx, amount: number | (() => string), id: string): void {
  queueUpdate(tx, samples, { amount }, "id = ?", [id]);
}

/** What the column refuses. */
const NOTHING = (): string => "NULL";

for (const isolation of ISOLATIONS) {
  await eachEmptyEngine(t, `one deferred row alone is refused or stored: ${isolation}`, async (t, engine) => {
    const database = await openSamples(engine);
    const insert = () =>
      inTransaction(database, isolation, (tx) => Promise.resolve(queueInsert(tx, samples, aSample())));
    await insert();
    const error = await insert().catch((error: unknown) => error);
    t.ok(isDuplicateKey(error), String(error));
    t.same(await storedIds(database), ["a"]);
    await saveSamples(database, aSample({ id: "after it" })); // The connection is of use to the next one.
  });
}

await eachEmptyEngine(
  t,
  "a deferred change that is refused fails the commit, and nothing is stored",
  async (t, engine) => {
    const database = await openSamples(engine);
    await saveSamples(database, aSample({ id: "a" }), aSample({ id: "b" }));
    const failing = inTransaction(database, "SERIALIZABLE", async (tx) => {
      queueInsert(tx, samples, aSample({ id: "c" }));
      changeLater(tx, NOTHING, "a");
      changeLater(tx, 5, "b");
    });
    await t.rejects(failing, { message: /null/i });
    t.same(await storedIds(database), ["a", "b"]);
    t.same(await amounts(database), [1, 1]);
  },
);

await eachEmptyEngine(t, "a deferred change that is refused fails the next statement", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample({ id: "a" }));
  const failing = inTransaction(database, "SERIALIZABLE", async (tx) => {
    changeLater(tx, NOTHING, "a");
    await t.rejects(updateRows(tx, samples, { amount: 7 }, "id = ?", ["a"]));
    throw new Error("as it was told");
  });
  await t.rejects(failing, { message: "as it was told" });
  t.same(await amounts(database), [1]);
});

await eachEmptyEngine(t, "what is deferred is done in its order", async (t, engine) => {
  const database = await openSamples(engine);
  await inTransaction(database, "SERIALIZABLE", async (tx) => {
    queueInsert(tx, samples, aSample({ id: "a" }), aSample({ id: "b" }));
    changeLater(tx, 5, "b");
    queueInsert(tx, samples, aSample({ id: "c" }));
  });
  t.same(await storedIds(database), ["a", "b", "c"]);
  t.same(await amounts(database), [1, 5, 1]);
});

await eachEmptyEngine(
  t,
  "a statement that comes while its transaction ends is refused",
  async (t, engine) => {
    const database = await openSamples(engine);
    let late: Promise<unknown> | undefined;
    await inTransaction(database, "SERIALIZABLE", async (tx) => {
      await updateRows(tx, samples, { amount: 7 }, "id = ?", ["absent"]);
      queueInsert(tx, samples, aSample({ id: "a" }));
      const change = () => updateRows(tx, samples, { amount: 7 }, "id = ?", ["a"]);
      late = new Promise((resolve) => setImmediate(resolve)).then(change);
      late.catch(() => {}); // Looked at below.
    });
    await t.rejects(late ?? Promise.resolve());
    t.same(await amounts(database), [1]);
  },
);

await eachEmptyEngine(t, "outside a transaction nothing can be deferred", async (t, engine) => {
  const { manager } = await openSamples(engine);
  t.throws(() => queueInsert(manager as Tx, samples, aSample()), { message: /outside inTransaction/ });
  t.throws(() => changeLater(manager as Tx, 5, "a"), { message: /outside inTransaction/ });
});

async function amounts({ manager }: Awaited<ReturnType<typeof openSamples>>): Promise<number[]> {
  return (await manager.find(samples, { order: { id: "ASC" } })).map(({ amount }) => amount);
}
