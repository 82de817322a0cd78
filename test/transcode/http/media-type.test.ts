import t from "tap";
import { reasonOf } from "../../../src/transcode/errors/request-error.js";
import { checkForm, checkJsonType, isFormType } from "../../../src/transcode/http/request-body.js";
import { plainDialect } from "../../../src/transcode/json/plain-dialect.js";
import { errorOf, serveStub } from "../support/serve.js";
import type { ConnectError } from "@connectrpc/connect";

const FORM = "application/x-www-form-urlencoded";

const REFUSED = [
  "text/plain",
  "text/json",
  "application/xml",
  "application/vnd.acme+json",
  "application/jsonp",
  "application/json, text/plain",
  "application/grpc",
  "application/grpc+json",
  "application/connect+json",
  "json",
  ";charset=utf-8",
  "*/*",
  "application/json; charset=iso-8859-1",
  "application/json;charset=utf-16",
  "application/json; charset=",
  "application/json; a=b; charset=latin1",
];

t.test("every media type but JSON in UTF-8 is refused", (t) => {
  for (const type of REFUSED) {
    t.throws(() => checkJsonType(type), { name: "ConnectError" }, type);
    try {
      checkJsonType(type);
    } catch (error) {
      t.equal(reasonOf(error as ConnectError), "media_type_unsupported");
      t.equal((error as ConnectError).metadata.get("accept"), "application/json");
    }
  }
  t.end();
});

t.test("JSON in UTF-8 may be said in many ways, or not at all", (t) => {
  for (const type of [
    undefined,
    "",
    "application/json",
    "Application/JSON",
    "application/json;charset=utf-8",
    'application/json; charset="UTF-8"',
    "application/json ; Charset = utf8 ",
    "application/json;",
    "application/json; profile=x",
  ]) {
    t.doesNotThrow(() => checkJsonType(type), String(type));
  }
  t.end();
});

t.test("a form is refused where the dialect has none, with how to send JSON", async (t) => {
  const { stub, post } = await serveStub(t);
  const response = await post("/v1/items", "title=T", { "content-type": FORM });
  t.equal(response.status, 415);
  t.equal(response.headers["accept"], "application/json");
  t.equal(
    errorOf(response).message,
    "The request body must be application/json. With curl, add -H 'content-type: application/json'.",
  );
  t.equal(stub.seen, undefined);
});

t.test("a dialect with forms takes them, in UTF-8 only", async (t) => {
  const { stub, post } = await serveStub(t, { dialect: plainDialect });
  for (const type of ["text/plain", "multipart/form-data", `${FORM}; charset=latin1`]) {
    const response = await post("/v1/items", "title=T", { "content-type": type });
    t.equal(response.status, 415, type);
    t.equal(response.headers["accept"], `application/json, ${FORM}`);
  }
  t.equal(stub.seen, undefined);
  for (const type of [FORM, FORM.toUpperCase(), `${FORM} ; charset="UTF-8"`]) {
    t.ok(isFormType(type), type);
    t.equal((await post("/v1/items", "title=T", { "content-type": type })).status, 200, type);
    t.match(stub.seen?.message, { title: "T" });
  }
  for (const type of [undefined, "", "application/json", "text/plain", `text/plain; a=${FORM}`]) {
    t.notOk(isFormType(type), String(type));
  }
});

t.test("JSON that calls itself a form gets the option for curl", (t) => {
  for (const body of [`{"title":"T"}`, " \n[1]"])
    t.throws(() => checkForm(FORM, body), { message: /With curl, add -H/ });
  t.doesNotThrow(() => checkForm(FORM, "title={}"));
  t.end();
});

t.test("without a body the type does not matter", async (t) => {
  const { get, post } = await serveStub(t);
  t.equal((await get("/v1/items/42", { "content-type": "text/plain" })).status, 200);
  t.equal((await post("/v1/items", undefined, { "content-type": "text/plain" })).status, 200);
});
