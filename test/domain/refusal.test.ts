import t from "tap";

import { Refusal } from "../../src/domain/refusal.js";

t.test("a refusal carries its reason, a sentence for the caller, and the field it is about", async (t) => {
  const refusal = new Refusal("CURRENCY_UNKNOWN", "No such currency.", "line_items[0].price_data.currency");
  t.ok(refusal instanceof Error);
  t.match(refusal, { name: "Refusal", reason: "CURRENCY_UNKNOWN", message: "No such currency." });
  t.same(refusal.violations, [
    { field: "line_items[0].price_data.currency", description: "No such currency." },
  ]);
});

t.test("a refusal about many fields keeps their order", async (t) => {
  const violations = [
    { field: "cancel_url", description: "Missing." },
    { field: "success_url", description: "Missing too." },
  ];
  t.same(new Refusal("PARAMETER_MISSING", "Missing.", violations).violations, violations);
});

t.test("a refusal that is about no field names none", async (t) => {
  t.same(new Refusal("API_KEY_MISSING", "There is no key.").violations, []);
});
