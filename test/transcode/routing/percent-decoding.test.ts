import * as fc from "fast-check";
import t from "tap";

import { formDecoded, percentDecoded } from "../../../src/transcode/routing/percent-decoding.js";

t.test("a broken escape, and bytes that are no UTF-8, are refused", async (t) => {
  for (const raw of [
    "%",
    "%4",
    "%4g",
    "%g4",
    "a%",
    "%%41",
    "%c3",
    "%c3%28",
    "%ed%a0%80",
    "%c0%80",
    "\u00e9",
    "\u20ac",
  ]) {
    t.equal(percentDecoded(raw), undefined, raw);
    t.equal(formDecoded(raw), undefined, raw);
  }
});

t.test("each part is decoded once, and a plus is a space in a form only", async (t) => {
  t.equal(percentDecoded("a+b%2541%00%EF%BB%BFx"), "a+b%41\0\uFEFFx");
  t.equal(formDecoded("a+b%2B"), "a b+");
  t.equal(formDecoded("plain"), "plain");
  t.equal(percentDecoded("\u00c3\u00a9"), "é", "a raw byte counts as if it had been escaped");
});

t.test("any text comes back, and anything else means what it means to decodeURIComponent", async () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const escaped = encodeURIComponent(text);
      return percentDecoded(escaped) === text && formDecoded(escaped.replaceAll("%20", "+")) === text;
    }),
  );
  const pieces = fc.array(
    fc.constantFrom("%", "4", "1", "c3", "a9", "%C3%A9", "%f0", "%9F%98%80", "+", "z", "%e2%82"),
  );
  fc.assert(
    fc.property(pieces, (parts) => percentDecoded(parts.join("")) === expected(parts.join(""))),
    { numRuns: 1000 },
  );
});

function expected(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined; // A broken escape, or no UTF-8.
  }
}
