import { assert, property, string } from "fast-check";
import t from "tap";

import { sameText } from "../../src/lib/constant-time.js";

t.test("two secrets are equal where each of their characters is", async (t) => {
  for (const [a, b] of [
    ["secret", "secre"],
    ["secret", "secreT"],
    ["", " "],
    ["é", "e\u0301"],
  ] as const) {
    t.notOk(sameText(a, b), `${a} and ${b}`);
  }
  assert(property(string(), string(), (a, b) => sameText(a, b) === (a === b)));
  assert(property(string(), (a) => sameText(a, a)));
});
