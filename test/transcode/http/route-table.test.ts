import * as fc from "fast-check";
import t from "tap";
import { create } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";

import { RouteTable, compileRoute, type Route } from "../../../src/transcode/http/route-table.js";
import { parseTemplate } from "../../../src/transcode/routing/template.js";
import { canonicalDialect } from "../../../src/transcode/json/canonical-dialect.js";
import { routeRules } from "../../../src/transcode/routing/http-rules.js";
import type { HttpRequest } from "../../../src/transcode/http/http-call.js";
import { limitsOf } from "../../../src/transcode/call/limits.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { madeMethod, type Rule } from "../support/made-service.js";

/** A table whose routes are called after what they were made of. */
function tableOf(...routes: string[]): RouteTable<string> {
  const table = new RouteTable<string>();
  for (const route of routes) {
    const [method = "", template = ""] = route.split(" ");
    if (table.add(parseTemplate(template), method, route) !== undefined) throw new Error(`${route} is taken`);
  }
  return table;
}

function found(table: RouteTable<string>, request: string): string {
  const [method = "", path = ""] = request.split(" ");
  const match = table.find(method, path);
  if (match === undefined) return "404";
  return "route" in match ? match.route : `405 ${match.allow.join(",")}`;
}

const TABLE = tableOf(
  "GET /v1/items/{id}",
  "PUT /v1/items/special",
  "GET /v1/items/special/**",
  "GET /v1/items",
  "POST /v1/items/{id}:cancel",
  "GET /v1/items:search",
  "GET /v1/{name=shelves/*/books/*}",
  "GET /v1/files/**",
  "GET /v1/files/{path=**}:stat",
  "DELETE /v1/*/all",
  "HEAD /v1/probe",
  "* /v1/any",
  "PUT /v1/any",
  "GET /caf%C3%A9",
  "GET /v2/a%2Fb",
);

t.test("what fits no route is not found", (t) => {
  const paths = [
    "/",
    "/v1",
    "/v1/",
    "/v1/items/",
    "/v1/items/1/2",
    "//v1/items",
    "/V1/items",
    "v1/items",
    "xv1/items",
    "*",
    "",
  ];
  const others = [
    "/v1/shelves//books/1",
    "/v1/shelves/1/books",
    "/v1/nope:search",
    "/v1/items%3Asearch",
    "/v1%2Fitems",
    "/v2/a/b",
  ];
  for (const path of [...paths, ...others]) t.equal(found(TABLE, `GET ${path}`), "404", path);
  t.end();
});

t.test("a known path with another method tells the methods that all fitting routes have", (t) => {
  t.equal(found(TABLE, "POST /v1/items"), "405 GET,HEAD,OPTIONS");
  t.equal(found(TABLE, "POST /v1/items/special"), "405 GET,HEAD,OPTIONS,PUT");
  t.equal(found(TABLE, "GET /v1/probe"), "405 HEAD,OPTIONS");
  t.equal(found(TABLE, "OPTIONS /v1/items"), "405 GET,HEAD,OPTIONS");
  t.end();
});

t.test("literals win over wildcards, but hide nothing that they cannot answer", (t) => {
  t.equal(found(TABLE, "PUT /v1/items/special"), "PUT /v1/items/special");
  t.equal(found(TABLE, "GET /v1/items/special"), "GET /v1/items/special/**");
  t.equal(found(TABLE, "GET /v1/items/other"), "GET /v1/items/{id}");
  t.equal(found(TABLE, "DELETE /v1/items/all"), "DELETE /v1/*/all");
  t.equal(found(TABLE, "GET /v1/%69tems/x"), "GET /v1/items/{id}", "literals are compared decoded");
  t.equal(found(TABLE, "GET /caf%c3%a9"), "GET /caf%C3%A9");
  t.equal(found(TABLE, "GET /v2/a%2fb"), "GET /v2/a%2Fb");
  t.end();
});

t.test("HEAD is answered by GET's route, and a star takes every method that has no route of its own", (t) => {
  t.equal(found(TABLE, "HEAD /v1/items"), "GET /v1/items");
  t.equal(found(TABLE, "HEAD /v1/probe"), "HEAD /v1/probe");
  t.equal(found(TABLE, "PUT /v1/any"), "PUT /v1/any");
  for (const method of ["GET", "HEAD", "PATCH", "REPORT"])
    t.equal(found(TABLE, `${method} /v1/any`), "* /v1/any");
  t.end();
});

t.test("the last raw colon starts a verb if a template with that verb fits, and is data otherwise", (t) => {
  t.equal(found(TABLE, "POST /v1/items/a:b:cancel"), "POST /v1/items/{id}:cancel");
  t.equal(found(TABLE, "POST /v1/items/a:c%61ncel"), "POST /v1/items/{id}:cancel");
  t.equal(found(TABLE, "GET /v1/items/a:cancel"), "405 OPTIONS,POST", "the verb is claimed");
  t.equal(found(TABLE, "GET /v1/items/a:other"), "GET /v1/items/{id}");
  t.equal(found(TABLE, "GET /v1/items/a:"), "GET /v1/items/{id}");
  t.equal(found(TABLE, "GET /v1/items/:cancel"), "GET /v1/items/{id}", "there is no id before the colon");
  t.equal(found(TABLE, "GET /v1/items/a%3Acancel"), "GET /v1/items/{id}");
  t.equal(found(TABLE, "GET /v1/files/a/b:stat"), "GET /v1/files/{path=**}:stat");
  t.equal(found(TABLE, "GET /v1/files:stat"), "GET /v1/files/{path=**}:stat");
  t.equal(found(TABLE, "GET /v1/files/a:stat/b"), "GET /v1/files/**", "only the last segment has a verb");
  t.same(TABLE.find("POST", "/v1/items/a:b:cancel"), {
    route: "POST /v1/items/{id}:cancel",
    segments: ["v1", "items", "a:b"],
  });
  t.end();
});

t.test(
  "two routes of one shape and method cannot both be added, whatever their variables are called",
  (t) => {
    const table = tableOf("GET /v1/{a}", "POST /v1/{a}", "GET /v1/{a}:x", "GET /v1/**", "* /v1/*");
    for (const template of ["/v1/{b}", "/v1/*", "/%761/{c=*}"]) {
      t.equal(table.add(parseTemplate(template), "GET", "second"), "GET /v1/{a}", template);
    }
    t.equal(table.add(parseTemplate("/v1/{b=**}"), "GET", "second"), "GET /v1/**");
    t.equal(found(table, "GET /v1/1"), "GET /v1/{a}", "what was there stays");
    t.end();
  },
);

t.test("the order of declaration does not matter", (t) => {
  const segment = fc.constantFrom("a", "b", "*", "{x}");
  const template = fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 3 }), fc.boolean(), fc.constantFrom("", ":v"))
    .map(([segments, rest, verb]) => {
      const named = segments.map((text, index) => (text === "{x}" ? `{x${index}}` : text));
      return `/${[...named, ...(rest ? ["**"] : [])].join("/")}${verb}`;
    });
  const route = fc.tuple(fc.constantFrom("GET", "POST", "*"), template).map((parts) => parts.join(" "));
  const routes = fc.uniqueArray(route, {
    maxLength: 8,
    selector: (text) => text.replaceAll(/\{x\d\}/g, "*"),
  });
  const path = fc.array(fc.constantFrom("a", "b", "c", "", "a:v", "c:v"), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(routes, fc.array(path, { minLength: 5, maxLength: 5 }), (routes, paths) => {
      const [forwards, backwards] = [tableOf(...routes), tableOf(...routes.toReversed())];
      return paths.every((segments) => {
        const request = `GET /${segments.join("/")}`;
        return found(forwards, request) === found(backwards, request);
      });
    }),
    { numRuns: 500 },
  );
  t.end();
});

function compile(rule: Rule, idempotency = Idempotency.IDEMPOTENCY_UNKNOWN): Route {
  const [checked] = routeRules([{ ...madeMethod(rule), idempotency }]);
  if (checked === undefined) throw new Error("there is no rule");
  return compileRoute(checked, canonicalDialect, limitsOf());
}

t.test("a rule that cannot be served is refused with the method's name", (t) => {
  const message =
    /^HTTP rule of made\.Service\/Method: the path variable inner is for a field that is no single value$/;
  t.throws(() => compile({ pattern: { case: "get", value: "/{inner}" } }), { message });
  t.end();
});

t.test("a request without a body is read at once, from its path and query", (t) => {
  const route = compile({ pattern: { case: "get", value: "/a/{f_string}" } });
  const request = { headers: {} } as HttpRequest;
  const target = { path: "/a/b%20c", query: "f_int32=5&inner.label=x" };
  t.same(
    route.read(request, target, ["a", "b%20c"]),
    create(ScalarsSchema, { fString: "b c", fInt32: 5, inner: { label: "x" } }),
  );
  t.throws(() => route.read(request, { path: "/a/%", query: "" }, ["a", "%"]), {
    message: /broken percent-escape/,
  });
  t.throws(() => route.read(request, { path: "/a/b", query: "f_int32=x" }, ["a", "b"]), {
    message: /"f_int32" must be/,
  });
  t.end();
});

t.test("only methods that say so are free of side effects", (t) => {
  const rule: Rule = { pattern: { case: "get", value: "/a" } };
  t.ok(compile(rule, Idempotency.NO_SIDE_EFFECTS).harmless);
  t.notOk(compile(rule, Idempotency.IDEMPOTENT).harmless);
  t.notOk(compile(rule).harmless);
  t.end();
});
