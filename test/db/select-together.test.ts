import t from "tap";

import {
  columnsWhere,
  firstOf,
  rowsWhere,
  rowWhere,
  selectColumns,
  selectTogether,
} from "../../src/db/query/select.js";
import { columnsOf } from "../../src/db/query/table.js";
import { forUpdate, inTransaction } from "../../src/db/transaction.js";
import { updateRows } from "../../src/db/query/update.js";
import { eachEmptyEngine, onEmptyMysql, signal, untilLockWait } from "../support/database.js";
import { aSample, openSamples, saveSamples, samples } from "../support/sample-table.js";

await eachEmptyEngine(
  t,
  "several questions are answered each by itself, in their order",
  async (t, engine) => {
    const database = await openSamples(engine);
    await saveSamples(database, aSample({ id: "a", amount: 1 }), aSample({ id: "b", amount: 2 }));
    const questions = [
      rowWhere(samples, "WHERE id = ?", ["b"]),
      rowWhere(samples, "WHERE id = ?", ["absent"]),
      rowsWhere(samples, "WHERE amount > ? ORDER BY id", [0]),
    ] as const;
    const read = (db: Parameters<typeof selectTogether>[0]) => selectTogether(db, ...questions);
    const right = [{ id: "b", amount: 2 }, undefined, [{ id: "a" }, { id: "b" }]];
    t.match(await read(database.manager), right);
    for (const isolation of ["READ COMMITTED", "SERIALIZABLE"] as const)
      t.match(await inTransaction(database, isolation, read), right, `first of a transaction: ${isolation}`);
    const later = await inTransaction(database, "READ COMMITTED", async (tx) => {
      await updateRows(tx, samples, { amount: 5 }, "id = ?", ["b"]);
      return await read(tx);
    });
    t.match(
      later,
      [{ id: "b", amount: 5 }, undefined, [{ id: "a" }, { id: "b" }]],
      "they see its own writes",
    );
    t.same(
      (await selectTogether(database.manager, rowsWhere(samples, "WHERE amount = ?", [5]))).map(
        (rows) => rows.length,
      ),
      [1],
      "one alone",
    );
  },
);

await eachEmptyEngine(t, "of a row only the named columns are read", async (t, engine) => {
  const database = await openSamples(engine);
  await saveSamples(database, aSample({ id: "a", amount: 1 }), aSample({ id: "b", amount: 2 }));
  const named = columnsOf(samples, "amount", "id");
  const all = columnsWhere(named, "WHERE amount > ? ORDER BY id", [0]);
  const right = [
    { id: "a", amount: 1 },
    { id: "b", amount: 2 },
  ];
  t.same(await selectTogether(database.manager, all, firstOf(all)), [right, right[0]]);
  const none = firstOf(columnsWhere(named, "WHERE id = ?", ["absent"]));
  t.same(await selectTogether(database.manager, none), [undefined]);
  t.same(await selectColumns(database.manager, named, "WHERE id = ?", ["b"]), [{ id: "b", amount: 2 }]);
});

await eachEmptyEngine(
  t,
  "one that fails fails them all, and nothing is left of its transaction",
  async (t, engine) => {
    const database = await openSamples(engine);
    const failing = () =>
      inTransaction(database, "READ COMMITTED", async (tx) => {
        await updateRows(tx, samples, { amount: 5 }, "id = ?", ["a"]);
        await selectTogether(
          tx,
          rowWhere(samples, "WHERE id = ?", ["a"]),
          rowWhere(samples, "WHERE nothing = 1", []),
        );
      });
    await saveSamples(database, aSample({ id: "a", amount: 1 }));
    await t.rejects(failing(), { message: /nothing/ });
    const beside = selectTogether(database.manager, rowWhere(samples, "WHERE nothing = 1", []));
    await t.rejects(beside, { message: /nothing/ });
    t.match(await database.manager.find(samples), [{ id: "a", amount: 1 }]);
  },
);

await onEmptyMysql(
  t,
  "what is asked behind a lock is read once the lock is there",
  async (t, engine, admin) => {
    const database = await openSamples(engine);
    await saveSamples(database, aSample({ id: "locked" }), aSample({ id: "beside", amount: 1 }));
    const locked = signal();
    const release = signal();
    const holder = inTransaction(database, "SERIALIZABLE", async (tx) => {
      await updateRows(tx, samples, { amount: 2 }, "id = ?", ["locked"]);
      await updateRows(tx, samples, { amount: 2 }, "id = ?", ["beside"]);
      locked.give();
      await release.given;
    });
    await locked.given;
    const waiting = inTransaction(database, "READ COMMITTED", (tx) =>
      selectTogether(
        tx,
        rowWhere(samples, `WHERE id = ?${forUpdate(tx)}`, ["locked"]),
        rowWhere(samples, "WHERE id = ?", ["beside"]),
      ),
    );
    await untilLockWait(admin);
    release.give();
    await holder;
    t.match(await waiting, [{ amount: 2 }, { amount: 2 }], "as the transaction before has left it");
  },
);
