import t from "tap";

import { counterExample } from "./report.js";
import { SERVICE, simulate } from "./run.js";

// Half a minute where nobody else needs the processor.
t.setTimeout(600_000);

t.test("300 sessions on two replicas and a server are recorded exactly once", async (t) => {
  const server = process.env["TEST_DATABASE_URL"];
  const setting = { engine: "mariadb", replicas: 2, service: SERVICE, server } as const;
  const verdict = await simulate({ ...setting, seed: 1, sessions: 300, onProgress() {} });
  t.same(counterExample(verdict), []);
  t.ok(
    verdict.chronicle.injected.get("database line cut"),
    "a simulation without a lost line would prove little",
  );
});
