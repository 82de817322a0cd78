import { create } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import t from "tap";
import { canonicalDialect } from "../../../src/transcode/json/canonical-dialect.js";
import { routeRules } from "../../../src/transcode/routing/http-rules.js";
import type { HttpRequest } from "../../../src/transcode/http/http.js";
import { limitsOf } from "../../../src/transcode/call/limits.js";
import { compileRoute, type Route } from "../../../src/transcode/http/route.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { madeMethod, type Rule } from "../support/made-service.js";

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
