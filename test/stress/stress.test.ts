import t from "tap";

import { givenDatabase, startDatabase } from "../support/servers/private-server.js";
import { DATABASE_SERVER } from "../support/servers/server-programs.js";
import { runStorms, textOf } from "./run.js";

t.test("two replicas on one MariaDB take every payment and every request once", async (t) => {
  // A server of its own, where there is one to start: deadlocks are counted for all of a server's databases.
  const own = DATABASE_SERVER.find() !== undefined;
  const database = await (own ? startDatabase() : givenDatabase(process.env["TEST_DATABASE_URL"] ?? ""));
  t.teardown(() => database.stop());
  const size = { sessions: 60, keys: 60, replicas: 2 };
  for (const report of await runStorms(database.url, size, (text) => t.comment(text))) {
    t.same(report.findings, [], textOf(report));
  }
});
