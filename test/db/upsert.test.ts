import t from "tap";

import { queueUpsert } from "../../src/db/query/upsert.js";
import { inTransaction, type Tx } from "../../src/db/transaction.js";
import { eachEmptyEngine } from "../support/database.js";
import { aSample, openSamples, saveSamples, samples } from "../support/sample-table.js";

await eachEmptyEngine(t, "a row is inserted, or changed where its key is taken", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample({ id: "taken", title: "stays", amount: 1 }));
  await inTransaction(database, "READ COMMITTED", (tx) => {
    upsert(tx, "taken", 7);
    upsert(tx, "free", 8);
    return Promise.resolve();
  });
  const stored = await database.manager.find(samples, { order: { id: "ASC" } });
  t.match(stored, [
    { id: "free", title: "new", amount: 8 },
    { id: "taken", title: "stays", amount: 7 },
  ]);
  t.equal(stored.length, 2);
});

function upsert(tx: Tx, id: string, amount: number): void {
  queueUpsert(tx, samples, "id", aSample({ id, title: "new", amount }), { amount });
}
