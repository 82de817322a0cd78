import { assert, property, string } from "fast-check";
import t from "tap";

import { isEqualInConstantTime } from "../../src/lib/constant-time.js";

t.test("two secrets are equal where each of their characters is", async (t) => {
  for (const [a, b] of [
    ["secret", "secre"],
    ["secret", "secreT"],
    ["", " "],
    ["é", "e\u0301"],
  ] as const) {
    t.notOk(isEqualInConstantTime(a, b), `${a} and ${b}`);
  }
  assert(property(string(), string(), (a, b) => isEqualInConstantTime(a, b) === (a === b)));
  assert(property(string(), (a) => isEqualInConstantTime(a, a)));
});
