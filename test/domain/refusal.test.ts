import t from "tap";

import { Refusal } from "../../src/domain/refusal.js";

t.test("a refusal carries its reason, the field it is about, and a sentence for the caller", async (t) => {
  const refusal = new Refusal("CURRENCY_UNKNOWN", "No such currency.", "line_items[0].price_data.currency");
  t.ok(refusal instanceof Error);
  t.match(refusal, {
    name: "Refusal",
    reason: "CURRENCY_UNKNOWN",
    message: "No such currency.",
    param: "line_items[0].price_data.currency",
  });
});

t.test("a refusal that is about no field names none", async (t) => {
  t.equal(new Refusal("API_KEY_MISSING", "There is no key.").param, undefined);
});
