import t from "tap";

import { givenDatabase, startDatabase } from "../support/servers/private-server.js";
import { findServer } from "../support/servers/server-choice.js";
import { runStorms, textOf } from "./run.js";

t.test("two replicas on one database server take every payment and every request once", async (t) => {
  // A server of its own, where there is one to start: deadlocks are counted for all of a server's databases.
  const database = await (findServer() !== undefined
    ? startDatabase()
    : givenDatabase(process.env["TEST_DATABASE_URL"] ?? ""));
  t.teardown(() => database.stop());
  const size = { sessions: 60, keys: 60, replicas: 2 };
  for (const report of await runStorms(database.url, size, (text) => t.comment(text))) {
    t.same(report.findings, [], textOf(report));
  }
});
