import t from "tap";

import { isDatabaseAway } from "../../src/db/engine/database-errors.js";
import { selectRow } from "../../src/db/query/select.js";
import { inTransaction, type Run } from "../../src/db/transaction.js";
import { onEmptyMysql, signal, until } from "../support/database.js";
import { openDatabaseRelay } from "../support/database-relay.js";
import {
  aSample,
  insertSamples,
  openSamples,
  saveSamples,
  storedIds,
  samples,
} from "../support/sample-table.js";

await onEmptyMysql(
  t,
  "a connection killed within a transaction makes it run again",
  async (t, engine, admin) => {
    const database = await openSamples(engine);
    const runs: Run[] = [];
    await inTransaction(database, "SERIALIZABLE", async (tx, run) => {
      runs.push(run);
      await insertSamples(tx, aSample({ id: `run ${runs.length}` }));
      const [{ id }] = await tx.query("select connection_id() as id");
      if (runs.length === 1) await admin.query(`kill ${id}`);
      await insertSamples(tx, aSample({ id: "end" }));
    });
    t.same(runs, [{ again: false }, { again: false }], "the first run never came to its COMMIT");
    t.same(await storedIds(database), ["end", "run 2"]);
  },
);

await onEmptyMysql(
  t,
  "a connection killed while a statement runs makes it run again",
  async (t, engine, admin) => {
    const database = await openSamples(engine);
    let runs = 0;
    await inTransaction(database, "SERIALIZABLE", async (tx) => {
      runs++;
      await insertSamples(tx, aSample());
      if (runs > 1) return;
      const [{ id }] = await tx.query("select connection_id() as id");
      await Promise.all([tx.query("select sleep(20)"), admin.query(`kill ${id}`)]);
    });
    t.equal(runs, 2);
    t.same(await storedIds(database), ["a"]);
  },
);

await onEmptyMysql(t, "a rollback that fails does not hide why it was needed", async (t, engine, admin) => {
  const database = await openSamples(engine);
  const declined = new Error("declined");
  const failing = inTransaction(database, "SERIALIZABLE", async (tx) => {
    await insertSamples(tx, aSample());
    const [{ id }] = await tx.query("select connection_id() as id");
    await admin.query(`kill ${id}`);
    throw declined;
  });
  t.equal(await failing.catch((error: unknown) => error), declined);
  t.same(await storedIds(database), []);
});

await onEmptyMysql(t, "a commit whose answer is lost is found by the next run", async (t, engine) => {
  const relay = await openDatabaseRelay(t, engine.place.url ?? "");
  const database = await openSamples(engine, { url: relay.url });
  const mine = aSample({ id: "made before" });
  const runs: Run[] = [];
  relay.loseNextCommit();
  const answer = await inTransaction(database, "SERIALIZABLE", async (tx, run) => {
    runs.push(run);
    if (run.again && (await tx.findOneBy(samples, { id: mine.id })) !== null) return "was there";
    await insertSamples(tx, mine);
    return "inserted";
  });
  t.equal(answer, "was there");
  t.same(runs, [{ again: false }, { again: true }]);
  t.same(await storedIds(database), [mine.id]);
});

await onEmptyMysql(t, "many callers survive the loss of every connection", async (t, engine) => {
  const relay = await openDatabaseRelay(t, engine.place.url ?? "");
  const database = await openSamples(engine, { url: relay.url });
  const ids = Array.from({ length: 60 }, (_, index) => `row ${String(index).padStart(2, "0")}`);
  let inside = 0;
  await Promise.all(
    ids.map((id) =>
      inTransaction(database, "SERIALIZABLE", async (tx, run) => {
        if (run.again && (await tx.findOneBy(samples, { id })) !== null) return;
        await insertSamples(tx, aSample({ id }));
        if (++inside === 5 || inside === 40) relay.dropConnections();
      }),
    ),
  );
  t.same(await storedIds(database), ids);
});

await onEmptyMysql(
  t,
  "while the server is away callers are told so, and served once it is back",
  async (t, engine) => {
    const relay = await openDatabaseRelay(t, engine.place.url ?? "");
    const database = await openSamples(engine, { url: relay.url });
    await relay.cut();
    for (const attempt of [() => saveSamples(database, aSample()), () => storedIds(database)]) {
      const error = await attempt().catch((error: unknown) => error);
      t.ok(isDatabaseAway(error), String(error));
    }
    await relay.mend();
    // It is asked twice a second, once for all.
    await until("it is known to be back", () => storedIds(database).catch(() => undefined));
    await saveSamples(database, aSample());
    t.same(await storedIds(database), ["a"]);
    t.notOk(isDatabaseAway(await saveSamples(database, aSample()).catch((error: unknown) => error)));
  },
);

await onEmptyMysql(
  t,
  "a caller too many is refused at once, and those that wait are served",
  async (t, engine) => {
    const database = await openSamples(engine);
    const release = signal();
    const holding = Array.from({ length: 16 }, () =>
      inTransaction(database, "READ COMMITTED", () => release.given),
    );
    const asking = Array.from({ length: 1_000 }, () => selectRow(database.manager, samples, "LIMIT 1", []));
    const error = await saveSamples(database, aSample()).catch((error: unknown) => error);
    t.match(error, { message: /Too many callers wait/ });
    t.ok(isDatabaseAway(error));
    release.give();
    await Promise.all([...holding, ...asking]);
    await saveSamples(database, aSample());
  },
);
