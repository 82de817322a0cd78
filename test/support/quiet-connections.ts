import { setTimeout as sleep } from "node:timers/promises";

import { QUIET_MS } from "../../src/webhooks/kept-connections.js";

/** Waits until connections to endpoints have been quiet for so long that they are used again: only time tells. */
export async function untilQuiet(): Promise<void> {
  await sleep(3 * QUIET_MS);
}
