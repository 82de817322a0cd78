import t from "tap";

import { Refusal } from "../../src/domain/refusal.js";

t.test(
  "a refusal about one field carries its reason, and for the caller a sentence and the field",
  async (t) => {
    const refusal = new Refusal("CURRENCY_UNKNOWN", "No such currency.", "line_items[0].price_data.currency");
    t.ok(refusal instanceof Error);
    t.match(refusal, { name: "Refusal", reason: "CURRENCY_UNKNOWN", message: "No such currency." });
    t.strictSame(refusal.violations, [
      { field: "line_items[0].price_data.currency", description: "No such currency." },
    ]);
  },
);

t.test("a refusal about several fields tells all of them, in the order given", async (t) => {
  const violations = [
    { field: "success_url", description: "is missing" },
    { field: "cancel_url", description: "is missing" },
  ];
  const refusal = new Refusal("PARAMETER_MISSING", "success_url is missing.", violations);
  t.strictSame(refusal.violations, violations);
  t.equal(refusal.message, "success_url is missing.");
});

t.test("a refusal that is about no field names none", async (t) => {
  t.strictSame(new Refusal("API_KEY_MISSING", "There is no key.").violations, []);
});
