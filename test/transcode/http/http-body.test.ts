import { create } from "@bufbuild/protobuf";
import { gzipSync } from "node:zlib";
import t from "tap";
import { HttpBodySchema } from "../../../gen/google/api/httpbody_pb.js";
import { isHttpBody, isHttpBodyField, rawAnswer, rawBody } from "../../../src/transcode/http/http-body.js";
import {
  InnerSchema,
  UploadRawRequestSchema,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { fieldNamed } from "../support/fields.js";
import { errorOf, serveStub } from "../support/serve.js";

t.test("a raw body keeps the size limit, and its errors are JSON", async (t) => {
  const { stub, post, get } = await serveStub(t, { limits: { requestBytesMax: 10 } });
  const large = await post("/v1/raw", "x".repeat(11), { "content-type": "text/plain" });
  t.equal(large.status, 413);
  t.equal(large.headers["content-type"], "application/json");
  stub.prepare({ error: { code: 5, message: "gone" } });
  const gone = await get("/v1/raw/42");
  t.equal(gone.status, 404);
  t.equal(errorOf(gone).message, "gone");
});

t.test("raw bytes go in and out as they are, with their type", async (t) => {
  const { stub, post } = await serveStub(t);
  stub.prepare({ echo: true });
  for (const type of ["text/html; charset=latin1", "application/json", "application/grpc"]) {
    const response = await post("/v1/raw", "{not json", { "content-type": type });
    t.match(response, { status: 200, body: "{not json" });
    t.equal(response.headers["content-type"], type);
  }
  const zipped = await post("/v1/raw", gzipSync("inside"), {
    "content-type": "text/plain",
    "content-encoding": "gzip",
  });
  t.equal(zipped.body, "inside", "the encoding belongs to the way, not to the bytes");
  t.same(Object.keys(zipped.headers).includes("content-encoding"), false);
});

t.test("a raw field stands beside path and query, and is unset without a body", async (t) => {
  const { stub, send } = await serveStub(t);
  await send({
    method: "PUT",
    path: "/v1/raw/a.txt?note=n",
    headers: { "content-type": "text/plain" },
    body: "x",
  });
  t.match(stub.seen?.message, { name: "a.txt", note: "n", file: { contentType: "text/plain" } });
  await send({ method: "PUT", path: "/v1/raw/a.txt", headers: { "content-type": "text/plain" } });
  t.match(stub.seen?.message, { name: "a.txt", file: undefined });
});

t.test("bytes that nobody gave a type are just bytes", async (t) => {
  t.same(rawAnswer(undefined), { contentType: "application/octet-stream", data: new Uint8Array() });
  t.equal(rawAnswer(rawBody(undefined, new Uint8Array([1]))).contentType, "application/octet-stream");
  t.equal(rawAnswer(create(HttpBodySchema, { contentType: "a/b" })).contentType, "a/b");
  const { get } = await serveStub(t);
  t.equal((await get("/v1/raw/42")).headers["content-type"], "application/octet-stream");
});

t.test("a type that cannot be sent in a header is an internal error, not a broken connection", async (t) => {
  const { stub, get } = await serveStub(t);
  stub.prepare({ response: { contentType: "a/b\r\nx-injected: 1", data: "AQID" } });
  const response = await get("/v1/raw/42");
  t.equal(response.status, 500);
  t.notOk("x-injected" in response.headers);
  t.equal(errorOf(response).message, "internal error");
});

t.test("only HttpBody is raw", (t) => {
  t.ok(isHttpBody(HttpBodySchema));
  t.notOk(isHttpBody(InnerSchema));
  t.notOk(isHttpBody(undefined));
  t.ok(isHttpBodyField(fieldNamed(UploadRawRequestSchema, "file")));
  t.notOk(isHttpBodyField(fieldNamed(UploadRawRequestSchema, "name")));
  t.end();
});
