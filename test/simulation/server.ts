import { bringServer } from "../support/servers/server-choice.js";
import { givenDatabase, startDatabase } from "../support/servers/private-server.js";
import type { ServerName } from "../support/servers/server-programs.js";
import type { EngineName } from "./plan.js";

/**
 * Does `work` with a database server, as the tests bring one, where the engine needs it: the one that `asked` names,
 * or that TEST_DATABASE_URL has. Says on standard output which it is.
 */
export async function withServer<T>(
  engine: EngineName,
  asked: ServerName | undefined,
  work: (server: string | undefined) => Promise<T>,
): Promise<T> {
  if (engine === "embedded") return await work(undefined);
  const given = process.env["TEST_DATABASE_URL"];
  if (!given) bringServer(asked);
  const database = await (given ? givenDatabase(given) : startDatabase());
  process.stdout.write(`Database server: ${database.title}\n`);
  try {
    return await work(database.url);
  } finally {
    await database.stop();
  }
}
