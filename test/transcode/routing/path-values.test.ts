import { create, equals, type Message } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";
import { canonicalDialect } from "../../../src/transcode/json/canonical-dialect.js";
import { routeRules } from "../../../src/transcode/routing/http-rules.js";
import { compilePath } from "../../../src/transcode/routing/request-target.js";
import { ScalarsSchema, type Scalars } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { madeMethod } from "../support/made-service.js";
import { errorOf, serveStub } from "../support/serve.js";

/** Binds a path to a message, as the template's variables say. */
function bind(template: string, path: string, message: Message = create(ScalarsSchema)): Scalars {
  const [rule] = routeRules([madeMethod({ pattern: { case: "get", value: template } })]);
  compilePath(rule?.variables ?? [], canonicalDialect)(message, path.slice(1).split("/"));
  return message as Scalars;
}

t.test("a variable for what no text can give is refused at start-up", (t) => {
  for (const field of ["inner", "struct_f", "value_f", "o_inner"]) {
    t.throws(
      () => bind(`/{${field}}`, "/x"),
      new RegExp(`the path variable ${field} is for a field that is no single value`),
    );
  }
  t.end();
});

t.test("a value that the field cannot take is refused by the field", async (t) => {
  const { stub, get } = await serveStub(t);
  const refused: [string, string][] = [
    ["/v1/path/int32/abc", "f_int32"],
    ["/v1/path/int32/2147483648", "f_int32"],
    ["/v1/path/double/.5", "f_double"],
    ["/v1/path/bool/TRUE", "f_bool"],
    ["/v1/path/bytes/%2A", "f_bytes"],
    ["/v1/path/enum/RED", "f_enum"],
    ["/v1/path/ts/2024-02-30T00:00:00Z", "ts"],
    ["/v1/path/dur/1", "dur"],
    ["/v1/path/wint64/0x1", "w_int64"],
    ["/v1/path/nested/x/y", "inner.child.count"],
  ];
  for (const [path, field] of refused) {
    const response = await get(path);
    t.equal(response.status, 400, path);
    t.match(errorOf(response), { reason: "parameter_invalid", field });
  }
  t.equal(stub.seen, undefined);
});

t.test("a broken escape is refused wherever it stands in a path that is known", async (t) => {
  const { stub, get } = await serveStub(t);
  for (const path of [
    "/v1/items/%zz",
    "/v1/items/%",
    "/v1/items/%C3",
    "/v1/files/a/%FF/b",
    "/v1/anon/%zz/tail",
    "/v1/anondeep/%",
  ]) {
    const response = await get(path);
    t.equal(response.status, 400, path);
    t.equal(errorOf(response).reason, "path_malformed");
  }
  t.equal((await get("/v1/nope/%zz")).status, 404);
  t.equal(stub.seen, undefined);
});

t.test("what the path says the body may repeat, and not change", async (t) => {
  const { stub, send } = await serveStub(t);
  const headers = { "content-type": "application/json" };
  const put = (path: string, body: string) => send({ method: "PUT", path, headers, body });
  const conflict = await put("/v1/items/42", `{"id":"99"}`);
  t.equal(conflict.status, 400);
  t.match(errorOf(conflict), { reason: "parameter_conflict", field: "id" });
  t.equal(stub.seen, undefined);
  t.equal((await put("/v1/items/42", `{"id":"42","title":"x"}`)).status, 200);
  t.match(stub.seen?.message, { id: "42", title: "x" });
  t.end();
});

t.test("values that are objects are compared by what they say", (t) => {
  const given = {
    fBytes: new Uint8Array([1]),
    ts: { seconds: 1n },
    wInt64: 5n,
    choice: { case: "oString", value: "x" },
  } as const;
  const template = "/{f_bytes}/{ts}/{w_int64}/{o_string}";
  const bound = bind(template, "/AQ/1970-01-01T00:00:01Z/5/x", create(ScalarsSchema, given));
  t.ok(equals(ScalarsSchema, bound, create(ScalarsSchema, given)));
  const others = [
    "/Ag/1970-01-01T00:00:01Z/5/x",
    "/AQ/1970-01-01T00:00:02Z/5/x",
    "/AQ/1970-01-01T00:00:01Z/6/x",
    "/AQ/1970-01-01T00:00:01Z/5/y",
  ];
  for (const path of others) {
    t.throws(
      () => bind(template, path, create(ScalarsSchema, given)),
      { message: /differs between the path/ },
      path,
    );
  }
  const other = create(ScalarsSchema, { choice: { case: "oInt32", value: 1 } });
  t.throws(() => bind("/{o_string}", "/x", other), { message: /together with "o_int32"/ });
  t.end();
});

t.test("one segment is decoded whole, and several keep their escaped slashes", (t) => {
  t.equal(bind("/{f_string}", "/a%2Fb").fString, "a/b");
  t.equal(bind("/{f_string=*}", "/a%2Fb").fString, "a/b");
  t.equal(bind("/{f_string=*/x/**}", "/a%2Fb/x/c%20d/").fString, "a%2Fb/x/c d/");
  t.equal(bind("/a/{f_string=**}", "/a").fString, "");
  t.equal(bind("/{inner.child.label}", "/x").inner?.child?.label, "x");
  t.end();
});

t.test("any text that is escaped into a path comes out as it was", (t) => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      return bind("/{f_string}", `/${encodeURIComponent(text)}`).fString === text;
    }),
  );
  t.end();
});
