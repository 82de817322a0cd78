import t from "tap";

import { counterExample } from "./report.js";
import { SERVICE, simulate } from "./run.js";

// Half a minute where nobody else needs the processor.
t.setTimeout(600_000);

t.test("300 sessions on the embedded database are recorded exactly once", async (t) => {
  const setting = { engine: "embedded", replicas: 1, service: SERVICE, server: undefined } as const;
  const verdict = await simulate({ ...setting, seed: 1, sessions: 300, onProgress() {} });
  t.same(counterExample(verdict), []);
  const kills = [...verdict.chronicle.injected.keys()].filter((fault) => fault.startsWith("killed at"));
  t.ok(kills.length > 0, "a simulation without a crash would prove little");
});
