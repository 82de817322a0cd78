import { readFileSync } from "node:fs";
import t from "tap";

import { eachEngine } from "../support/database.js";
import { CUSTOMER_CHECKS } from "./customer-checks.js";
import { OTHER_CHECKS } from "./other-checks.js";
import { PAYMENT_CHECKS } from "./payment-checks.js";
import { SESSION_CHECKS } from "./session-checks.js";
import { openStripeShop } from "./shop.js";

const CHECKS = { ...SESSION_CHECKS, ...CUSTOMER_CHECKS, ...PAYMENT_CHECKS, ...OTHER_CHECKS };

/** The rows of the table in docs/stripe.md: call and verdict. */
const DOCUMENTED = readFileSync("docs/stripe.md", "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")))
  .map(([, call = "", verdict = ""]) => [call, verdict]);

t.test("docs/stripe.md has each call that is checked, with what becomes of it", async (t) => {
  const checked = Object.entries(CHECKS).map(([call, [verdict]]) => [call, verdict]);
  t.same(new Map(DOCUMENTED as [string, string][]), new Map(checked as [string, string][]));
  t.equal(DOCUMENTED.length, checked.length, "each once");
});

await eachEngine(t, "Stripe's library for Node does what docs/stripe.md says", async (t, engine) => {
  const shop = await openStripeShop(t, engine);
  for (const [call, [verdict, check]] of Object.entries(CHECKS)) {
    await t.test(`${call}: ${verdict}`, async (t) => await check(t, shop));
  }
});
