// One server process of the simulation: the real service, told by messages at which named point of a completion to die.
import type * as App from "../../src/app.js";
import type { CheckoutPoint } from "../../src/checkout/checkout.js";
import type * as Config from "../../src/config.js";
import type * as Clock from "../../src/lib/clock.js";
import type * as Log from "../../src/lib/log.js";

// The folder of the compiled service: the real one, or a copy with a planted bug.
const service = process.argv[2] ?? "";
const { createApp } = (await import(`${service}/app.js`)) as typeof App;
const { readConfig } = (await import(`${service}/config.js`)) as typeof Config;
const { systemClock } = (await import(`${service}/lib/clock.js`)) as typeof Clock;
const { createLog } = (await import(`${service}/lib/log.js`)) as typeof Log;

const config = readConfig(process.env);
let fatal: CheckoutPoint | undefined;

process.on("message", (point) => (fatal = point as CheckoutPoint));
process.on("disconnect", () => process.exit()); // The simulation is gone.

const app = await createApp(config, {
  clock: systemClock,
  log: createLog(config.logLevel, process.stderr),
  reached: (point) => {
    if (point === fatal) process.kill(process.pid, "SIGKILL");
    return Promise.resolve();
  },
});
process.send?.((await app.listen()).port);
