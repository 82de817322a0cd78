import t from "tap";
import { errorOf, serveStub } from "../support/serve.js";

t.test("what is no JSON object of the message is refused, with the field where there is one", async (t) => {
  const { stub, post } = await serveStub(t);
  const refused: [string | Uint8Array, string, string][] = [
    ["{not json", "body_malformed", ""],
    [`{"title":"T"} {}`, "body_malformed", ""],
    ["  \n", "body_malformed", ""],
    ["\ufeff{}", "body_malformed", ""],
    [Buffer.from(`{"title":"\xff"}`, "latin1"), "body_malformed", ""],
    [Buffer.from(`{"title":"T"}`, "utf16le"), "body_malformed", ""],
    [`{"title":"a","title":"b"}`, "body_malformed", ""],
    ["[1]", "parameter_invalid", ""],
    ["null", "parameter_invalid", ""],
    [`{"nope":1}`, "parameter_unknown", "nope"],
    [`{"lineItems":[{"priceId":"p"},{"quantity":"x"}]}`, "parameter_invalid", "line_items[1].quantity"],
    [`{"requestId":"a","request_id":"a"}`, "parameter_repeated", "request_id"],
  ];
  for (const [body, reason, field] of refused) {
    const response = await post("/v1/items", body);
    t.equal(response.status, 400);
    t.match(errorOf(response), { code: 3, reason, field }, String(body));
    t.notMatch(response.body, /JSON at position|Unexpected|protobuf|cannot decode/);
  }
  t.equal(stub.seen, undefined);
});

t.test("the problem of a body that is a field is told by that field", async (t) => {
  const { stub, send } = await serveStub(t);
  const put = (path: string, body: string) =>
    send({
      method: path.includes("items/") ? "PATCH" : "POST",
      path,
      headers: { "content-type": "application/json" },
      body,
    });
  const refused: [string, string, string][] = [
    ["/v1/items/42", `{"nope":1}`, "item.nope"],
    ["/v1/items/42", "null", "item"],
    ["/v1/body/inners", `[{"count":"x"}]`, "inners[0].count"],
    ["/v1/body/int64", `"x"`, "f_int64"],
    ["/v1/body/string/7", "5", "f_string"],
    ["/v1/body/labels", `{"a":1}`, "labels[a]"],
  ];
  for (const [path, body, field] of refused) {
    const response = await put(path, body);
    t.equal(response.status, 400, path);
    t.equal(errorOf(response).field, field);
  }
  t.equal(stub.seen, undefined);
});

t.test("a call without a body takes none, but for the {} that many clients always send", async (t) => {
  const { stub, send } = await serveStub(t);
  const headers = { "content-type": "application/json" };
  for (const body of [`{"view":"FULL"}`, "[]", "x", "  ", `{}{}`]) {
    const response = await send({ method: "GET", path: "/v1/items/42", headers, body });
    t.equal(response.status, 400, body);
    t.match(errorOf(response), { reason: "body_unexpected", message: "This call takes no request body." });
  }
  t.equal(stub.seen, undefined);
  for (const body of ["{}", " {\n} "]) {
    t.equal((await send({ method: "GET", path: "/v1/items/42", headers, body })).status, 200, body);
  }
});

t.test("an empty body leaves what it is for unset, with or without a type", async (t) => {
  const { stub, post } = await serveStub(t);
  for (const headers of [{}, { "content-type": "application/json" }, { "content-type": "text/plain" }]) {
    t.equal((await post("/v1/items/42:cancel", undefined, headers)).status, 200);
    t.match(stub.seen?.message, { id: "42", reason: "" });
    t.equal((await post("/v1/shelves/s1/books", undefined, headers)).status, 200);
    t.match(stub.seen?.message, { parent: "shelves/s1", book: undefined });
  }
});
