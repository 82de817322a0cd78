import t from "tap";

import { captureField } from "../../src/cardstream/sale-fields.js";

t.test(
  "a sale says when it is captured, in days: at once, unless a request of its own is to capture it",
  async (t) => {
    t.same(captureField(undefined), ["captureDelay", "0"]);
    t.same(captureField(null), ["captureDelay", "0"]);
    t.same(captureField("manual"), ["captureDelay", "-1"]);
  },
);
