import t from "tap";
import { parseTarget } from "../../../src/transcode/routing/request-target.js";

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
