import type { Connection } from "mysql2";

import { settleWithin } from "../../lib/settle-within.js";
import { isLockTimeout } from "../engine/database-errors.js";
import { socketOf } from "./bounded-pool.js";
import type { SessionSetup } from "./mysql-session.js";
import { WRITE_CHECK, WRITE_CHECK_LIGHT, writeCheckFiller } from "../engine/write-check.js";

/** The state of a server, as the probe found it. The errors are the server's or the network's. */
export type Verdict =
  | { readonly kind: "works"; readonly isGalera?: boolean }
  /** It does not answer. */
  | { readonly kind: "silent"; readonly error: Error }
  /** It answers, but a read lock on all tables blocks every write. */
  | { readonly kind: "blocked"; readonly error: Error }
  /** It refuses connections, or there is no server. */
  | { readonly kind: "closed"; readonly error: Error }
  /** It answers, and says why it cannot do its work. */
  | { readonly kind: "fails"; readonly error: Error };

/** A slower database is of no use to a shopper. */
const PROBE_MS = 2_000;

/** Shorter than `PROBE_MS`, or a lock would look like silence. Servers take whole seconds. */
const BRIEF_WAITS = "set session lock_wait_timeout = 1, innodb_lock_wait_timeout = 1";

/**
 * Finds out whether the server is read-only: a privileged user may write even then, and it may be a replica
 * by now. And whether it is a node of a Galera cluster, which all take writes.
 */
const READ_ONLY_OR_GALERA = `show global variables where value not in ('OFF', '0') and
  variable_name in ('read_only', 'super_read_only', 'innodb_read_only', 'offline_mode', 'wsrep_on')`;

/**
 * Asks a server whether it does what the service needs: it answers, is a primary and accepts writes. The
 * probe uses a connection of its own, set up as the pool's are. `thoroughly` commits a write, as long as it
 * is in doubt whether that works; otherwise no row changes.
 */
export async function probe(
  connect: () => Connection,
  setup: SessionSetup,
  thoroughly: boolean,
): Promise<Verdict> {
  try {
    const verdict = await askAlone(connect, PROBE_MS, async (connection): Promise<Verdict> => {
      const failure = await setup.run(connection).then(
        () => undefined,
        (error: Error) => error,
      );
      if (failure !== undefined) return { kind: "closed", error: failure };
      return await ask((sql, values = []) => send(connection, sql, values), thoroughly);
    });
    return verdict ?? { kind: "silent", error: new Error(`no answer within ${PROBE_MS} ms`) };
  } catch (error) {
    return verdictOf(error as NodeJS.ErrnoException);
  }
}

type Send = (sql: string, values?: readonly unknown[]) => Promise<unknown>;

/** Opens a connection for a few questions, and closes it. Undefined if they are not answered in time. */
async function askAlone<T>(
  connect: () => Connection,
  timeoutMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T | undefined> {
  const connection = connect();
  connection.on("error", () => undefined); // The query rejects with it.
  try {
    return await settleWithin(timeoutMs, work(connection));
  } finally {
    connection.destroy();
    socketOf(connection).destroy(); // Does not wait for the server to close.
  }
}

async function ask(send: Send, thoroughly: boolean): Promise<Verdict> {
  await send(BRIEF_WAITS);
  const settings = (await send(READ_ONLY_OR_GALERA)) as { Variable_name: string; Value: string }[];
  const readOnly = settings.find(({ Variable_name: name }) => name !== "wsrep_on");
  if (readOnly !== undefined)
    return fails(new Error(`the server has ${readOnly.Variable_name} = ${readOnly.Value}`));
  if (thoroughly) await send(WRITE_CHECK, [writeCheckFiller()]);
  else await send(WRITE_CHECK_LIGHT);
  return { kind: "works", isGalera: settings.length > 0 };
}

function verdictOf(error: NodeJS.ErrnoException): Verdict {
  if (isLockTimeout(error)) return { kind: "blocked", error };
  // A database that is not migrated yet has no such table.
  return error.errno === 1146 ? { kind: "works" } : fails(error);
}

function fails(error: Error): Verdict {
  return { kind: "fails", error };
}

function send(connection: Connection, sql: string, values: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query(sql, [...values], (error, answer) => (error === null ? resolve(answer) : reject(error)));
  });
}
