import t from "tap";
import { nameOf, routeRules } from "../../../src/transcode/routing/http-rules.js";
import { file_transcodetest_v1_transcoding_cases as casesFile } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { caseFile } from "../support/cases.js";
import { madeMethod, type Rule } from "../support/made-service.js";

function get(path: string, more: Omit<Rule, "$typeName" | "pattern"> = {}): Rule {
  return { pattern: { case: "get", value: path }, ...more };
}

const REFUSED: [string, Rule, RegExp][] = [
  ["a template that is none", get("/v1/{a"), /expected `}` at character 7/],
  ["a variable without a field", get("/v1/{nope}"), /the path variable nope names an unknown field/],
  ["a variable without a nested field", get("/v1/{inner.nope}"), /inner\.nope names an unknown field/],
  [
    "a variable through a scalar",
    get("/v1/{f_int32.x}"),
    /f_int32\.x leads through a field that has no fields/,
  ],
  ["a variable through a list", get("/v1/{inners.label}"), /inners\.label leads through/],
  ["a variable through a map", get("/v1/{labels.key}"), /labels\.key leads through/],
  ["a variable into a timestamp", get("/v1/{ts.seconds}"), /ts\.seconds leads through/],
  ["a variable into a wrapper", get("/v1/{w_int64.value}"), /w_int64\.value leads through/],
  ["a variable by its JSON name", get("/v1/{customName}"), /customName must be called renamed_field/],
  ["a repeated variable", get("/v1/{r_string}"), /r_string is a repeated field/],
  [
    "two members of one oneof",
    get("/v1/{o_string}/{o_int32}"),
    /o_string and o_int32 are members of one oneof/,
  ],
  ["an unknown body", get("/v1/a", { body: "nope" }), /body names "nope", which is no field/],
  ["a dotted body", get("/v1/a", { body: "inner.child" }), /body names "inner\.child", which is no field/],
  ["a body by its JSON name", get("/v1/a", { body: "customName" }), /body names "customName"/],
  ["an unknown response body", get("/v1/a", { responseBody: "nope" }), /response_body names "nope"/],
  [
    "a dotted response body",
    get("/v1/a", { responseBody: "inner.child" }),
    /response_body names "inner\.child"/,
  ],
  ["a star as response body", get("/v1/a", { responseBody: "*" }), /response_body names "\*"/],
  [
    "a body that is in the path",
    get("/v1/{f_string}", { body: "f_string" }),
    /f_string is both the body and a variable/,
  ],
  ["no pattern", {}, /it has no pattern/],
  ["an empty path", get(""), /expected `\/`/],
  [
    "an empty kind",
    { pattern: { case: "custom", value: { path: "/a" } } },
    /the custom kind "" is no HTTP method/,
  ],
  [
    "a kind that is no token",
    { pattern: { case: "custom", value: { kind: "GET /", path: "/a" } } },
    /is no HTTP method/,
  ],
  [
    "a kind in lower case",
    { pattern: { case: "custom", value: { kind: "get", path: "/a" } } },
    /is no HTTP method/,
  ],
  [
    "nested bindings",
    get("/a", { additionalBindings: [get("/b", { additionalBindings: [get("/c")] })] }),
    /cannot hold/,
  ],
  ["a broken second binding", get("/a", { additionalBindings: [get("/b/")] }), /expected a segment/],
];

t.test("whatever is wrong with a rule is refused, with the method's name", (t) => {
  for (const [what, rule, message] of REFUSED) {
    t.throws(() => routeRules([madeMethod(rule)]), { message }, what);
    t.throws(
      () => routeRules([madeMethod(rule)]),
      { message: /^HTTP rule of made\.Service\/Method: / },
      what,
    );
  }
  for (const streaming of [{ clientStreaming: true }, { clientStreaming: true, serverStreaming: true }]) {
    t.throws(() => routeRules([madeMethod(get("/a"), streaming)]), {
      message: /Service\/Method: .*stream of requests/,
    });
  }
  t.equal(
    caseFile.rules.length,
    8,
    "each rule of the reference stands above, but that of equal shapes: see transcoder",
  );
  t.end();
});

t.test("a method without a rule has none", (t) => {
  t.same(routeRules([madeMethod(undefined)]), []);
  t.end();
});

t.test("each binding is a rule of its own, with its own body and response body", (t) => {
  const second: Rule = {
    pattern: { case: "custom", value: { kind: "REPORT", path: "/b/{f_string}" } },
    body: "*",
  };
  const rules = routeRules([madeMethod(get("/a", { responseBody: "inner", additionalBindings: [second] }))]);
  t.same(
    rules.map(({ httpMethod, path, body, responseBody, variables, method }) => [
      httpMethod,
      path,
      body,
      responseBody?.name,
      variables.map(({ field }) => field.name),
      nameOf(method),
    ]),
    [
      ["GET", "/a", undefined, "inner", [], "made.Service/Method"],
      ["REPORT", "/b/{f_string}", "*", undefined, ["f_string"], "made.Service/Method"],
    ],
  );
  t.end();
});

t.test("all rules of the case file are taken", (t) => {
  const rules = routeRules(casesFile.services.flatMap((service) => service.methods));
  t.equal(rules.length, 60);
  t.ok(rules.some(({ httpMethod, path }) => `${httpMethod} ${path}` === "* /v1/anymethod/{id}"));
  t.notOk(rules.some(({ method }) => method.name === "Hidden"));
  t.end();
});
