import type { Config } from "../../src/start/config.js";
import { createTestMerchant, type TestApp } from "../support/app.js";
import { environmentOf, runJson } from "../support/command.js";
import type { Target } from "./run.js";

/**
 * A service with the demonstration merchant's objects, which the document's examples are about, and another merchant,
 * whose keys must not see them.
 */
export async function createTarget(config: Config, start: () => Promise<TestApp>): Promise<Target> {
  const { testKey, liveKey } = await createTestMerchant(config);
  const { key = "" } = await runJson(environmentOf(config), ["keys", "demo"]);
  const app = await start();
  return { address: app.local, keys: [key, testKey, liveKey] };
}
