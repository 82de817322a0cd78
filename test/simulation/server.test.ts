import t from "tap";

import { counterExample } from "./counter-example.js";
import { LOST_DEFAULT, SERVICE, simulate } from "./run.js";

// Half a minute where nobody else needs the processor. The seed meets what is asked for below within so few sessions.
// Larger ones are a command away: `npm run prove -- --engine server`.
t.setTimeout(600_000);

t.test("60 sessions on two replicas and a server are recorded exactly once", async (t) => {
  const server = process.env["TEST_DATABASE_URL"];
  const setting = { engine: "server", replicas: 2, service: SERVICE, server } as const;
  const verdict = await simulate({
    ...setting,
    seed: 3336,
    sessions: 60,
    lost: LOST_DEFAULT,
    afterSales: true,
    onProgress() {},
  });
  t.same(counterExample(verdict), []);
  const { injected } = verdict.history;
  t.ok(injected.get("database line cut"), "a simulation without a lost line would prove little");
  t.ok(injected.get("killed at: payment recorded"));
  t.ok(injected.get("killed at: events numbered"), "nor one in which no relay dies");
  t.ok(injected.get("killed at: webhook answered"));
  t.ok(injected.get("held: return"), "nor would one in which no money goes back");
});
