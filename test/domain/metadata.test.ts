import * as fc from "fast-check";
import t from "tap";

import { mergedMetadata } from "../../src/domain/metadata.js";
import { Refusal } from "../../src/domain/refusal.js";

const keys = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key ${at}`, "value"]));

t.test("more than fifty keys are refused, also where a change makes them so", async (t) => {
  t.throws(() => mergedMetadata({}, { metadata: keys(51) }), Refusal);
  t.throws(() => mergedMetadata(keys(50), { metadata: { another: "value" } }), Refusal);
  t.equal(Object.keys(mergedMetadata(keys(50), { metadata: { "key 0": "", another: "value" } })).length, 50);
});

t.test("given keys are set, empty ones deleted, others stay", async () => {
  const key = fc.string({ minLength: 1, maxLength: 3 });
  const some = fc.dictionary(key, fc.string({ maxLength: 2 }), { maxKeys: 10 });
  const property = fc.property(some, some, (given, change) => {
    const before = mergedMetadata({}, { metadata: given });
    const after = mergedMetadata(before, { metadata: change });
    for (const name of new Set([...Object.keys(before), ...Object.keys(change)])) {
      const wanted = Object.hasOwn(change, name) ? change[name] : before[name];
      if ((Object.hasOwn(after, name) ? after[name] : "") !== wanted) return false;
    }
    return Object.values(after).every((value) => value !== "");
  });
  fc.assert(property);
});

t.test("all keys can be deleted before others are set", async (t) => {
  t.same(mergedMetadata({ a: "1" }, { clearMetadata: true }), {});
  t.same(mergedMetadata({ a: "1" }, { clearMetadata: true, metadata: { b: "2" } }), { b: "2" });
  t.equal(Object.keys(mergedMetadata(keys(50), { clearMetadata: true, metadata: keys(50) })).length, 50);
});
