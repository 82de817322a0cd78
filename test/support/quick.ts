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

/** Says to the stories that they are told in the embedded file only. */
const EMBEDDED_ONLY = "TEST_EMBEDDED_ONLY";

/** Files and folders of a quick run, which asks for no server, simulation, bench or browser. */
export function quickSelection(): readonly string[] {
  process.env[EMBEDDED_ONLY] = "1";
  return QUICK;
}

/** Whether this run leaves out what needs a database server. */
export function isEmbeddedOnly(): boolean {
  return process.env[EMBEDDED_ONLY] === "1";
}
