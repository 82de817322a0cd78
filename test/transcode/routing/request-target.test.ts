import t from "tap";
import { Code } from "@connectrpc/connect";
import * as fc from "fast-check";

import {
  parseTarget,
  decodedParameter,
  decodedSegment,
  decodedSegments,
  malformedPath,
} from "../../../src/transcode/routing/request-target.js";
import { percentDecoded } from "../../../src/transcode/routing/percent-decoding.js";

t.test("path and query are taken apart raw: nothing is decoded, resolved or normalised", (t) => {
  const cases: [string, string, string][] = [
    ["/v1/items?a=b", "/v1/items", "a=b"],
    ["/v1/items", "/v1/items", ""],
    ["/v1/items?", "/v1/items", ""],
    ["/v1?a=?&b", "/v1", "a=?&b"],
    ["/v1#f?a", "/v1", ""],
    ["/v1?a#f", "/v1", "a"],
    ["/v1/../%2e%2e\\x", "/v1/../%2e%2e\\x", ""],
    ["//v1/items", "//v1/items", ""],
    ["*", "*", ""],
    ["", "", ""],
  ];
  for (const [url, path, query] of cases) t.same(parseTarget(url), { path, query }, url);
  t.end();
});

t.test("the whole address, as clients of a proxy send it, means its path", (t) => {
  t.same(parseTarget("http://localhost:8080/v1/items?a=b"), { path: "/v1/items", query: "a=b" });
  t.same(parseTarget("HTTPS://user@host?a=b"), { path: "", query: "a=b" });
  t.same(parseTarget("ftp://host/v1"), { path: "ftp://host/v1", query: "" });
  t.end();
});

const BROKEN = [
  "%",
  "%4",
  "%zz",
  "a%2",
  "%u0041",
  "%FF",
  "%C3",
  "%C3%28",
  "%ED%A0%80",
  "%C0%AF",
  "%F4%90%80%80",
  "\xff",
];

t.test("broken escapes and bytes that are not UTF-8 are refused", (t) => {
  for (const raw of BROKEN) {
    t.equal(percentDecoded(raw), undefined, raw);
    t.throws(() => decodedSegment(raw), malformedPath(), raw);
    t.throws(() => decodedSegments(`${raw}%2Fa`), malformedPath(), raw);
    t.throws(() => decodedParameter(raw), { code: Code.InvalidArgument }, raw);
  }
  t.end();
});

t.test("a segment is decoded exactly once, and a plus is a plus", (t) => {
  t.equal(decodedSegment("a%20b+c"), "a b+c");
  t.equal(decodedSegment("%252F"), "%2F");
  t.equal(decodedSegment("a%2fb"), "a/b");
  t.equal(decodedSegment("%EF%BB%BFx"), "\ufeffx", "a byte order mark is data");
  t.equal(decodedSegment("\xc3\xa9"), "é", "raw bytes count as escaped ones");
  t.end();
});

t.test("in a value of several segments an escaped slash stays as it was written", (t) => {
  t.equal(decodedSegments("a%2Fb/c%2fd%20e"), "a%2Fb/c%2fd e");
  t.equal(decodedSegments("%252F"), "%2F");
  t.end();
});

t.test("a plus in the query is a space", (t) => {
  t.equal(decodedParameter("a+b%2Bc"), "a b+c");
  t.end();
});

t.test("what encodeURIComponent makes comes back, in every place", (t) => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  fc.assert(
    fc.property(text, (text) => {
      const raw = encodeURIComponent(text);
      return decodedSegment(raw) === text && decodedParameter(raw.replaceAll("%20", "+")) === text;
    }),
  );
  t.end();
});

t.test("the number of segments can always be told from a value of several", (t) => {
  const segment = fc.string({ unit: fc.constantFrom("a", "/", "%", " ", "é"), maxLength: 5 });
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
      const value = decodedSegments(segments.map(encodeURIComponent).join("/"));
      return value.split("/").length === segments.length;
    }),
  );
  t.end();
});
