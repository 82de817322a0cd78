import t from "tap";

import { counterExample } from "./counter-example.js";
import { LOST_DEFAULT, SERVICE, simulate } from "./run.js";
import { STREAM_OPENED_AGAIN } from "./webhooks/event-stream-reader.js";
import { countedAs, RECEIVER_FAULTS } from "./webhooks/receiver-faults.js";
import { SECRET_ROLLED } from "./webhooks/simulated-webhooks.js";

// Half a minute where nobody else needs the processor. The seed meets what is asked for below within so few sessions.
t.setTimeout(600_000);

t.test("60 sessions on the embedded database are recorded exactly once", async (t) => {
  const setting = { engine: "embedded", replicas: 1, service: SERVICE, server: undefined } as const;
  const verdict = await simulate({
    ...setting,
    seed: 5,
    sessions: 60,
    lost: LOST_DEFAULT,
    afterSales: true,
    onProgress() {},
  });
  t.same(counterExample(verdict), []);
  const { injected } = verdict.history;
  t.ok(injected.get("killed at: session locked"), "a simulation without a crash would prove little");
  t.ok(injected.get("killed at: attempt leased"));
  t.ok(injected.get("killed at: events numbered"));
  t.ok(injected.get("killed at: webhook answered"));
  t.ok(injected.get("callback and redirect both lost"));
  t.ok(injected.get(SECRET_ROLLED), "requests signed with the next secret are verified, too");
  t.ok(injected.get(STREAM_OPENED_AGAIN), "a stream that never broke off would prove little");
  for (const fault of RECEIVER_FAULTS) t.ok(injected.get(countedAs(fault)), `receiver ${fault}`);
});
