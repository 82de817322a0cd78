import t from "tap";
import { createInvoker } from "../../../src/transcode/call/invoke.js";
import { plainDialect } from "../../../src/transcode/json/plain-dialect.js";
import { createTranscoder } from "../../../src/transcode/http/transcoder.js";
import { CoreService } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { madeMethods, type Rule } from "../support/made-service.js";
import { RecordingStub } from "../support/recording-stub.js";
import { serveStub } from "../support/serve.js";

function get(path: string, ...more: Rule[]): Rule {
  return { pattern: { case: "get", value: path }, additionalBindings: more };
}

/** A transcoder for methods that have these rules. */
function transcoderOf(...rules: Rule[]) {
  const methods = madeMethods(rules);
  return createTranscoder({ invoker: { ...createInvoker({ routes: () => {} }), methods } });
}

t.test("two rules for the same paths and method are refused with both methods' names", (t) => {
  const collisions: Rule[][] = [
    [get("/v1/{f_string}"), get("/v1/{f_bytes}")],
    [get("/v1/{f_string}"), get("/v1/*")],
    [get("/v1/a:x"), get("/%761/%61:x")],
    [get("/v1/**"), get("/v1/{f_string=**}")],
  ];
  for (const rules of collisions) {
    t.throws(() => transcoderOf(...rules), {
      message:
        /^HTTP rule of made\.Service\/Method1: GET .* matches the same paths as made\.Service\/Method0 \(\/v1/,
    });
  }
  t.throws(
    () => transcoderOf(get("/v1/a", get("/v1/a"))),
    /made\.Service\/Method: .* as made\.Service\/Method \(\/v1\/a\)/,
  );
  t.end();
});

t.test("a wrong limit and a broken rule are refused at start-up", (t) => {
  const { routes } = new RecordingStub();
  t.throws(() => createTranscoder({ routes, limits: { requestBytesMax: 0 } }), /requestBytesMax must be/);
  t.throws(() => transcoderOf(get("/v1/{inner}")), /made\.Service\/Method: /);
  t.end();
});

t.test(
  "the same shape under another method, with another verb or with more segments is no collision",
  (t) => {
    const post: Rule = { pattern: { case: "post", value: "/v1/{f_bytes}" } };
    const any: Rule = { pattern: { case: "custom", value: { kind: "*", path: "/v1/{f_bytes}" } } };
    t.doesNotThrow(() =>
      transcoderOf(get("/v1/{f_string}"), post, any, get("/v1/{f_string}:x"), get("/v1/{f_string=**}")),
    );
    t.end();
  },
);

t.test("it tells what it serves, in order, and whether a path is one of its own", (t) => {
  const { rules, matchesPath } = createTranscoder({ routes: new RecordingStub().routes });
  t.same(
    rules.slice(0, 3).map(({ method, httpMethod, path }) => [method.name, httpMethod, path]),
    [
      ["GetItem", "GET", "/v1/items/{id}"],
      ["GetItem", "GET", "/v1/owners/{owner}/items/{id}"],
      ["GetSpecial", "GET", "/v1/items/special"],
    ],
  );
  for (const path of ["/v1/items", "/v1/items/42:cancel", "/v1/probe/1", "/v1/anymethod/1"])
    t.ok(matchesPath(path), path);
  for (const path of ["/", "/v1", "/v1/items/", "/pay/cs_1"]) t.notOk(matchesPath(path), path);
  t.end();
});

t.test("a dialect is spoken in the body, the path, the query and the answer", async (t) => {
  const { stub, get, post } = await serveStub(t, { dialect: plainDialect });
  stub.prepare({ echo: true });
  const echoed = await post("/v1/scalars", `{"f_int64":5,"f_enum":"red","opt_int32":null}`);
  t.match(JSON.parse(echoed.body), {
    f_int64: 5,
    f_enum: "red",
    opt_int32: null,
    inner: null,
    renamed_field: "",
  });
  t.equal((await get("/v1/path/enum/red")).status, 200);
  t.equal((await get("/v1/scalars?r_enum[]=red&r_enum[]=COLOR_GREEN")).status, 200);
  t.equal((await get("/v1/path/enum/1")).status, 400);
  t.equal((await get("/v1/scalars?f_int64=9007199254740993")).status, 400);
});

t.test("an invoker of one's own is called", async (t) => {
  const stub = new RecordingStub();
  const invoker = createInvoker({ routes: stub.routes });
  t.equal(createTranscoder({ invoker }).rules.length, createTranscoder({ routes: stub.routes }).rules.length);
  t.ok(invoker.methods.includes(CoreService.method.getItem));
});
