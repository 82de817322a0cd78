import { create } from "@bufbuild/protobuf";
import t from "tap";
import { canonicalDialect } from "../../../src/transcode/json/canonical-dialect.js";
import { routeRules } from "../../../src/transcode/routing/http-rules.js";
import { compileAnswer } from "../../../src/transcode/http/response-body.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { madeMethod } from "../support/made-service.js";
import { serveStub } from "../support/serve.js";

const unwritable = {
  ...canonicalDialect.message(ScalarsSchema),
  write: () => {
    throw new Error("secret");
  },
};

t.test(
  "an answer without JSON throws, and over the wire is an internal error that tells nothing",
  async (t) => {
    const write = answerOf("ts");
    t.throws(() => write(create(ScalarsSchema, { ts: { nanos: -1 } })), RangeError);
    const { stub, get } = await serveStub(t, { dialect: { ...canonicalDialect, message: () => unwritable } });
    stub.prepare({ response: {} });
    const response = await get("/v1/items/42");
    t.equal(response.status, 500);
    t.notMatch(response.body, /secret/);
  },
);

t.test("a field alone is the whole body, also where it is unset", (t) => {
  const filled = create(ScalarsSchema, {
    inner: { label: "x" },
    inners: [{}],
    fString: "s",
    fInt64: 5n,
    labels: { a: "b" },
  });
  const expected: [string, RegExp, string][] = [
    ["inner", /^\{"label":"x"/, "null"],
    ["inners", /^\[\{"label":""/, "[]"],
    ["f_string", /^"s"$/, `""`],
    ["f_int64", /^"5"$/, `"0"`],
    ["labels", /^\{"a":"b"\}$/, "{}"],
    ["opt_string", /^null$/, "null"],
  ];
  for (const [field, whenSet, whenUnset] of expected) {
    const write = answerOf(field);
    t.match(String(write(filled).body), whenSet, field);
    t.same(write(create(ScalarsSchema)), { contentType: "application/json", body: whenUnset }, field);
  }
  t.end();
});

t.test("Empty is an empty object", async (t) => {
  const { send } = await serveStub(t);
  const response = await send({ method: "DELETE", path: "/v1/items/42" });
  t.match(response, { status: 200, body: "{}" });
  t.equal(response.headers["content-type"], "application/json");
});

function answerOf(responseBody: string) {
  const [rule] = routeRules([madeMethod({ pattern: { case: "get", value: "/a" }, responseBody })]);
  if (rule === undefined) throw new Error("there is no rule");
  return compileAnswer(rule, canonicalDialect);
}
