// One server process of the simulation: the real service, told by messages when to start, and where to die or to wait.
import type * as App from "../../src/start/app.js";
import type { CheckoutPoint } from "../../src/checkout/context.js";
import type * as Config from "../../src/start/config.js";
import type * as Clock from "../../src/lib/clock.js";
import type * as Log from "../../src/lib/log.js";
import type { ReplicaOrder, ReplicaWord } from "./replica-orders.js";

// The folder of the bundled service: the real one, or a copy with a planted bug.
const service = process.argv[2] ?? "";
const { createApp } = (await import(`${service}/start/app.js`)) as typeof App;
const { readConfig } = (await import(`${service}/start/config.js`)) as typeof Config;
const { movedAhead } = (await import(`${service}/lib/clock.js`)) as typeof Clock;
const { createLog } = (await import(`${service}/lib/log.js`)) as typeof Log;

let ahead = 0;
let deadly: CheckoutPoint | undefined;
let stop: CheckoutPoint | undefined;
let goOn = (): void => undefined;

process.on("message", (order: ReplicaOrder) => void obey(order));
process.on("disconnect", () => process.exit()); // The simulation is gone.
say({ word: "loaded" });

async function obey(order: ReplicaOrder): Promise<void> {
  switch (order.order) {
    case "start":
      ahead = order.ahead;
      return await start(order.port);
    case "die":
      deadly = order.point;
      return say({ word: "ready" });
    case "wait":
      stop = order.point;
      return say({ word: "ready" });
    case "go on":
      stop = undefined; // It may never have come there.
      return goOn();
    case "forward":
      ahead = order.ahead;
  }
}

/** Often, as the simulation waits for every round; not so often that looking takes the time of what is done. */
const PAUSES = {
  sweep: 400,
  reconcile: 400,
  resume: 400,
  settle: 50,
  number: 200,
  sweepEvents: 60_000,
  deliver: 400,
};

/** For receivers that do not answer: a seventh of what they get elsewhere, and much more than the others take. */
const WEBHOOK_TIME_LIMIT_MS = 2_000;

async function start(port: number): Promise<void> {
  const config = readConfig({ ...process.env, PORT: String(port) });
  const app = await createApp(config, {
    clock: (database) => movedAhead(database, () => ahead),
    log: createLog(config.logLevel, process.stderr),
    checkpoint,
    pauses: PAUSES,
    webhookTimeLimitMs: WEBHOOK_TIME_LIMIT_MS,
  });
  say({ word: "listening", port: (await app.listen()).port });
}

async function checkpoint(point: CheckoutPoint): Promise<void> {
  if (point === deadly) process.kill(process.pid, "SIGKILL");
  if (point !== stop) return;
  stop = undefined;
  const told = new Promise<void>((resolve) => (goOn = resolve));
  say({ word: "waiting" });
  await told;
}

function say(word: ReplicaWord): void {
  process.send?.(word);
}
