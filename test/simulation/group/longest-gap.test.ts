import t from "tap";

import { longestGap } from "./longest-gap.js";

await t.test("the longest time without a good answer lies between the fault and its end", async (t) => {
  t.equal(longestGap([], 100, 900), 800, "there was none");
  t.equal(longestGap([0, 90, 950], 100, 900), 800, "those before and after do not count");
  t.equal(longestGap([50, 150, 250, 700, 850], 100, 900), 450);
  t.equal(longestGap([150, 200], 100, 900), 700, "it has not ended yet");
  t.equal(longestGap([800], 100, 900), 700, "it begins with the fault");
});
