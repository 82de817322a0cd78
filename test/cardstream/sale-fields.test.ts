import t from "tap";

import { CAPTURE_NOW } from "../../src/cardstream/sale-fields.js";

t.test("a sale says that it is captured at once, in days", async (t) => {
  t.same(CAPTURE_NOW, ["captureDelay", "0"]);
});
