import t from "tap";

import { parameterHint } from "../../../src/rpc/errors/parameter-hints.js";

t.test("a parameter of Stripe's that is not there comes with what to do instead", async (t) => {
  for (const name of ["line_items[3][price]", "line_items[][price]", "line_items[0].price"]) {
    t.match(parameterHint(name), /price_data/, name);
  }
  t.match(parameterHint("subscription_data[trial_period_days]"), /no subscriptions/);
  t.match(parameterHint("payment_method_types[1]"), /card/);
  for (const name of ["colour", "line_items[0][colour]", "line_items", "__proto__", "constructor", ""]) {
    t.equal(parameterHint(name), undefined, name);
  }
});
