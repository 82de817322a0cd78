import t from "tap";

import type { Database } from "../../src/db/engine/database.js";
import { underMigrationLease } from "../../src/db/migration-lease.js";
import { onEmptyMysql, signal, until } from "../support/database.js";

await onEmptyMysql(
  t,
  "what needs the migration lease is done by one process after the other",
  async (t, engine) => {
    const databases = await Promise.all([engine.open({}), engine.open({}), engine.open({})]);
    let working = 0;
    let most = 0;
    let others = 0;
    const waiting = (): void => void others++;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++working);
      await until("the others wait", () => others === 2);
      working--;
    };
    await Promise.all(databases.map((database) => leased(database, 20_000, work, waiting)));
    t.equal(most, 1);
  },
);

await onEmptyMysql(
  t,
  "a process that waits too long for the lease fails, and says why",
  async (t, engine) => {
    const [holding, waiting] = await Promise.all([engine.open({}), engine.open({})]);
    const release = signal();
    let held = false;
    const over = leased(holding, 1000, async () => {
      held = true;
      await release.given;
    });
    await until("the lease is taken", () => held);
    await t.rejects(
      leased(waiting, 500, async () => {}),
      /Another process has been migrating this database/,
    );
    release.give();
    await over;
    await t.resolves(leased(waiting, 500, async () => {}));
  },
);

await onEmptyMysql(
  t,
  "a lease that ran out is taken over from a process that died",
  async (t, engine, admin) => {
    const database = await engine.open({});
    await leased(database, 500, async () => {});
    const set = "update migration_lease set holder = 'dead', leased_until = unix_timestamp() * 1000 + ?";
    await admin.query(set, [60_000]);
    await t.rejects(
      leased(database, 500, async () => {}),
      /Another process/,
    );
    await admin.query(set, [-1000]);
    await t.resolves(leased(database, 500, async () => {}));
  },
);

await onEmptyMysql(t, "work that fails gives the lease back", async (t, engine) => {
  const database = await engine.open({});
  const failing = leased(database, 500, () => Promise.reject(new Error("it failed")));
  await t.rejects(failing, /it failed/);
  await t.resolves(leased(database, 500, async () => {}));
});

async function leased(
  database: Database,
  ms: number,
  work: () => Promise<void>,
  waiting = (): void => {},
): Promise<void> {
  const runner = database.dataSource.createQueryRunner();
  try {
    await underMigrationLease(database, runner, { ms, waiting }, work);
  } finally {
    await runner.release();
  }
}
