import path from "node:path";

/** What `npm run test:quick` runs: rooms whose files take moments, and the stories that every change is near to. */
export const QUICK: readonly string[] = [
  "docs.test.ts",
  "rooms.test.ts",
  "tidy.test.ts",
  "domain",
  "cardstream",
  "lib",
  "transcode",
  "stories/create-session.test.ts",
  "stories/pay.test.ts",
  "stories/pay-page.test.ts",
  "stories/completion.test.ts",
  "stories/idempotency.test.ts",
  "stories/payment-intents.test.ts",
  "stories/charges.test.ts",
  "stories/refunds.test.ts",
  "stories/held-payments.test.ts",
  "stories/expiry.test.ts",
  "stories/validation.test.ts",
].map((name) => path.join("test", name));

/** Says to the stories on which engine they are told: "embedded" or "server"; on both by default. */
const ENGINE = "TEST_ENGINE";

/** Files and folders of a quick run, which asks for no server, simulation, bench or browser. */
export function quickSelection(): readonly string[] {
  process.env[ENGINE] = "embedded";
  return QUICK;
}

/** Leaves out the stories in the embedded file: for a second run, on another server. */
export function leaveOutEmbedded(): void {
  process.env[ENGINE] = "server";
}

/** Whether this run tells its stories on this engine. */
export function tellsOn(engine: "embedded" | "server"): boolean {
  return (process.env[ENGINE] ?? engine) === engine;
}
