import * as fc from "fast-check";
import t from "tap";

import {
  countKeys,
  duplicateKey,
  parseJson,
  type Json,
  deeper,
  DEPTH_MAX,
} from "../../../src/transcode/json/json-text.js";

t.test("what is no JSON is refused with a text that names nothing of the runtime", (t) => {
  const refused = [
    "",
    " ",
    "{",
    "{}{}",
    "{} {}",
    "\ufeff{}",
    "{a:1}",
    "{'a':1}",
    "[1,]",
    '{"a":1,}',
    "NaN",
    "01",
    "+1",
    ".5",
  ];
  for (const text of [...refused, "// x\n{}", '"\t"', '"\\x"', "undefined", "[".repeat(100_000)]) {
    t.throws(() => parseJson(text), {
      name: "FieldProblem",
      reason: "body_malformed",
      message: "The request body is not valid JSON.",
    });
  }
  t.end();
});

t.test("a key that is given twice is refused by name, however it is written", (t) => {
  const refused: [string, number, string][] = [
    [`{"a":1,"a":1}`, 1, "a"],
    [`{"a":1,"\\u0061":1}`, 1, "a"],
    [`[{"b":{"x":1,"y":{"z":":"},"x" \n :2}}]`, 4, "x"],
    [`{"":1,"":2}`, 1, ""],
    [`{"__proto__":1,"__proto__":2}`, 1, "__proto__"],
    [`{"\\"":1,"b":"\\\\","\\"":2}`, 2, '"'],
  ];
  for (const [text, seen, key] of refused) {
    t.ok(countKeys(text) > seen, text);
    t.match(duplicateKey(text), {
      reason: "body_malformed",
      message: `The key "${key}" is given twice`,
    });
  }
  t.end();
});

t.test("a text too deep, or of too many values, is refused before it is parsed", (t) => {
  for (const text of [
    "[".repeat(201),
    '{"a":'.repeat(201),
    `[${"1,".repeat(10_001)}`,
    `[{}${",[]".repeat(10_001)}]`,
  ])
    t.throws(() => countKeys(text), { reason: "body_malformed", message: /^The request body must not/ });
  t.equal(countKeys("[".repeat(200)), 0);
  t.equal(countKeys(`[${"[],".repeat(10_000)}[]]`), 0, "closed ones are not nested");
  t.equal(countKeys(`{"${"[,:".repeat(20_000)}":1}`), 1, "what is in strings does not count");
  t.end();
});

t.test("a string without an end ends with its text", (t) => {
  for (const text of [`"`, `{"a`, `"\\"`, `"a\\\\\\"`]) t.equal(countKeys(text), 0, text);
  t.end();
});

t.test("any JSON has as many keys as its parsed value", (t) => {
  fc.assert(
    fc.property(fc.json(), fc.nat(3), (json, indent) => {
      const value = JSON.parse(json) as Json;
      return countKeys(JSON.stringify(value, null, indent)) === keysOf(value);
    }),
    { numRuns: 500 },
  );
  t.end();
});

function keysOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce<number>((sum, item) => sum + keysOf(item), own);
}

t.test("a value deeper than the limit is refused", (t) => {
  const reading = { depth: DEPTH_MAX - 1, keys: 0 };
  t.doesNotThrow(() => deeper(reading));
  t.throws(() => deeper(reading), { name: "FieldProblem", message: "must not be nested more than 100 deep" });
  t.end();
});
