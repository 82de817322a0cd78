import { createServer } from "node:http";
import * as http2 from "node:http2";
import { fromJson, toJson, type DescMethodServerStreaming, type DescMethodUnary } from "@bufbuild/protobuf";
import { connectNodeAdapter, createGrpcTransport } from "@connectrpc/connect-node";
import t, { type Test } from "tap";
import { createTranscoder } from "../../src/transcode/http/transcoder.js";
import { differences, mustNotCall } from "./support/case-check.js";
import { CASE_BODY_BYTES_MAX, caseFile, type Case, type Expectation } from "./support/cases.js";
import { sendHttp2 } from "./support/raw-http2.js";
import { listen, sendRaw, type RawRequest, type RawResponse } from "./support/raw-http.js";
import { RecordingStub } from "./support/recording-stub.js";

const stub = new RecordingStub();
const transcoder = createTranscoder({
  routes: stub.routes,
  limits: { requestBytesMax: CASE_BODY_BYTES_MAX },
});

t.test("every case of the reference comes out as expected, byte for byte over a socket", async (t) => {
  const server = createServer(transcoder);
  const port = await listen(server);
  t.teardown(() => server.close());
  await checkAll(t, (request) => sendRaw(port, request));
});

t.test("every case comes out the same over HTTP/2", async (t) => {
  const server = http2.createServer(transcoder);
  const session = http2.connect(`http://127.0.0.1:${await listen(server)}`);
  t.teardown(() => {
    session.close();
    server.close();
  });
  await checkAll(t, (request) => sendHttp2(session, request));
});

t.test("a handler sees the same message over gRPC as over HTTP, in every unary case", async (t) => {
  const server = http2.createServer(connectNodeAdapter({ routes: stub.routes }));
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${await listen(server)}` });
  t.teardown(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });

  const called = caseFile.cases.filter(({ expect }) => expect.rpc !== undefined);
  let unary = 0;
  for (const { name, expect, http } of called) {
    const method = stub.methodNamed(expect.rpc ?? "") as DescMethodUnary | DescMethodServerStreaming;
    if (method.methodKind !== "unary") continue;
    unary++;
    stub.prepare();
    const message = fromJson(method.input, expect.request_json ?? {});
    const { "idempotency-key": key } = http.headers;
    await transport.unary(
      method,
      undefined,
      undefined,
      key ? { "idempotency-key": key } : {},
      message,
      undefined,
    );
    t.same(stub.seen && toJson(method.input, stub.seen.message), toJson(method.input, message), name);
    t.equal(stub.seen?.metadata.get("idempotency-key"), key ?? null);
  }
  t.ok(unary > 100, "a check of nothing must fail");
});

async function checkAll(t: Test, send: (request: RawRequest) => Promise<RawResponse>): Promise<void> {
  for (const one of caseFile.cases) {
    stub.prepare(one.stub);
    const { body, body_base64: base64 } = one.http;
    const bytes = base64 === undefined ? body : Buffer.from(base64, "base64");
    const response = await send({ ...one.http, body: bytes });
    const outcomes = [one.expect, ...strictOf(one)].map((expect) => differences(expect, response, stub.seen));
    t.ok(
      outcomes.some((found) => found.length === 0),
      one.name,
      { outcomes },
    );
    if (mustNotCall(one)) t.equal(stub.seen, undefined, `${one.name}: no handler is called`);
  }
  t.equal(caseFile.cases.length, 216);
}

/** Where the reference lets a service be stricter than it asks for. */
function strictOf({ alternatives = [] }: Case): Expectation[] {
  return alternatives.filter(({ who }) => who.includes("strict")).map(({ expect }) => expect);
}
