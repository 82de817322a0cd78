import { givenDatabase, startDatabase } from "../support/servers/private-server.js";
import { DATABASE_SERVER } from "../support/servers/server-programs.js";
import { installMissing } from "../support/servers/packages.js";
import type { EngineName } from "./plan.js";

/** Does `work` with a database server, as the tests bring one, where the engine needs it. */
export async function withServer<T>(
  engine: EngineName,
  work: (server: string | undefined) => Promise<T>,
): Promise<T> {
  if (engine === "embedded") return await work(undefined);
  const given = process.env["TEST_DATABASE_URL"];
  if (!given) installMissing([DATABASE_SERVER]);
  const database = await (given ? givenDatabase(given) : startDatabase());
  try {
    return await work(database.url);
  } finally {
    await database.stop();
  }
}
