import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { QueryRunner } from "typeorm";

import { isDeadlock } from "./engine/database-errors.js";
import type { Database } from "./engine/database.js";

/** A process that dies keeps the others waiting for so long. */
const LEASED_MS = 30_000;
const RENEWED_EVERY_MS = 5_000;
const ASKED_EVERY_MS = 200;

/** How long to wait for another process, and what to say of it. */
interface Wait {
  readonly ms: number;
  readonly waiting: () => void;
}

/**
 * Does `work` while no other process does, on a cluster in which GET_LOCK holds on one node only (Galera). The lease is
 * a row: taking it is one conditional change, of which two at the same time on different nodes conflict. It is renewed
 * meanwhile, and ends by itself if this process dies. A change of a table that takes longer than the lease holds up all
 * other writes of such a cluster, so no other process takes the lease then.
 */
export async function underMigrationLease<T>(
  database: Database,
  runner: QueryRunner,
  { ms, waiting }: Wait,
  work: () => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  await runner.query(CREATE);
  await runner.query("insert ignore into migration_lease (id, holder, leased_until) values (1, '', 0)");
  if (!(await take(runner, holder))) {
    waiting();
    await takeWithin(runner, holder, ms);
  }
  const renewing = setInterval(() => void renew(database, holder), RENEWED_EVERY_MS).unref();
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await runner.query("update migration_lease set leased_until = 0 where id = 1 and holder = ?", [holder]);
  }
}

const CREATE = `create table if not exists migration_lease (
  id int not null primary key, holder varchar(36) not null, leased_until bigint not null) engine = InnoDB`;

/** By the node's own clock: clocks that are seconds apart make a lease that much shorter or longer. */
const NOW_MS = "floor(unix_timestamp(now(3)) * 1000)";

async function takeWithin(runner: QueryRunner, holder: string, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    await sleep(ASKED_EVERY_MS);
    if (await take(runner, holder)) return;
  }
  throw new Error(`Another process has been migrating this database for ${ms / 1000} s`);
}

/** False if another process holds the lease, or takes it at this moment. */
async function take(runner: QueryRunner, holder: string): Promise<boolean> {
  try {
    await runner.query(
      `update migration_lease set holder = ?, leased_until = ${NOW_MS} + ? where id = 1 and leased_until <= ${NOW_MS}`,
      [holder, LEASED_MS],
    );
  } catch (error) {
    if (isDeadlock(error)) return false; // A process on another node was faster.
    throw error;
  }
  const [row]: { holder: string }[] = await runner.query("select holder from migration_lease where id = 1");
  return row?.holder === holder;
}

/** By a connection of the pool: the migrating one is busy. A renewal that fails is made up for by the next. */
async function renew({ dataSource, log }: Database, holder: string): Promise<void> {
  const sql = `update migration_lease set leased_until = ${NOW_MS} + ? where id = 1 and holder = ?`;
  try {
    await dataSource.query(sql, [LEASED_MS, holder]);
  } catch (error) {
    log.debug({ reason: String(error) }, "the migration lease was not renewed");
  }
}
