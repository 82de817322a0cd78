import { bringGalera, startGalera } from "../support/servers/galera-cluster.js";
import { startGroup } from "../support/servers/mysql-group.js";
import type { ServerGroup } from "../support/servers/server-group.js";
import { bringServer } from "../support/servers/server-choice.js";
import { givenDatabase, startDatabase, type TestDatabase } from "../support/servers/private-server.js";
import type { ServerName } from "../support/servers/server-programs.js";
import type { EngineName } from "./plan.js";

/** Where simulations make their databases: nowhere for the embedded engine, else on a server or a group. */
export interface Servers {
  readonly server?: string | undefined;
  readonly group?: ServerGroup;
}

/**
 * Does `work` with a database server, as the tests bring one, where the engine needs it: the one that `asked` names,
 * or that TEST_DATABASE_URL has, or a group of three (of MySQL, or Galera). Says on standard output which it is.
 */
export async function withServer<T>(
  engine: EngineName,
  asked: ServerName | undefined,
  work: (servers: Servers) => Promise<T>,
): Promise<T> {
  if (engine === "embedded") return await work({});
  if (engine === "group") return await withGroup(work);
  if (engine === "galera") return await withGalera(work);
  const given = process.env["TEST_DATABASE_URL"];
  if (!given) bringServer(asked);
  const database = await (given ? givenDatabase(given) : startDatabase());
  return await using(database, () => work({ server: database.url }));
}

/** A group cannot be made on this machine: what it needs cannot be had. */
export class NoGroup extends Error {}

async function withGroup<T>(work: (servers: Servers) => Promise<T>): Promise<T> {
  try {
    bringServer("mysql");
  } catch (error) {
    throw noGroup("A group needs MySQL, which cannot be had on this machine", error);
  }
  const group = await startGroup();
  return await using(group, () => work({ group }));
}

async function withGalera<T>(work: (servers: Servers) => Promise<T>): Promise<T> {
  try {
    bringGalera();
  } catch (error) {
    throw noGroup("Galera cannot be had on this machine", error);
  }
  const group = await startGalera();
  return await using(group, () => work({ group }));
}

function noGroup(what: string, error: unknown): NoGroup {
  const reason = error instanceof Error ? error.message.trim().split("\n").at(-1) : String(error);
  return new NoGroup(`${what}: ${reason}`, { cause: error });
}

async function using<T>(
  { title, stop }: Pick<TestDatabase, "title" | "stop">,
  work: () => Promise<T>,
): Promise<T> {
  process.stdout.write(`Database server: ${title}\n`);
  try {
    return await work();
  } finally {
    await stop();
  }
}
