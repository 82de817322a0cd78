import { setImmediate as turn } from "node:timers/promises";
import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import { createContextKey, createContextValues, type HandlerContext } from "@connectrpc/connect";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import t, { type Test } from "tap";

import {
  HttpCall,
  type HttpRequest,
  isGone,
  addHandlerHeaders,
  forwardedHeaders,
} from "../../../src/transcode/http/http-call.js";
import { CoreService } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { openRequest, Signal } from "../support/connections.js";
import { serveRoutes, serveStub } from "../support/serve.js";
import { listen } from "../support/raw-http.js";

const values = createContextValues();

t.test("the signal of an aborted call is aborted, also where it is first looked at afterwards", (t) => {
  const early = new HttpCall({ headers: {} } as HttpRequest, values, 1000, undefined);
  const { signal } = early;
  t.notOk(signal.aborted);
  const reason = new Error("gone");
  t.equal(early.abort(reason), reason);
  t.equal(signal.reason, reason);
  const late = new HttpCall({ headers: {} } as HttpRequest, values, 1000, undefined);
  late.abort(reason);
  late.abort(new Error("again"));
  t.equal(late.signal.reason, reason);
  t.end();
});

t.test("the address is whole, as Connect's adapters have it", (t) => {
  const request = { url: "/v1/items?a=b", method: "GET", headers: { host: "api.example.com" }, socket: {} };
  const call = (parts: object): HttpCall =>
    new HttpCall({ ...request, ...parts } as HttpRequest, values, 1000, undefined);
  t.equal(call({}).url, "http://api.example.com/v1/items?a=b");
  t.equal(call({ socket: { encrypted: true } }).url, "https://api.example.com/v1/items?a=b");
  t.equal(call({ headers: { ":authority": "h2.example.com" } }).url, "http://h2.example.com/v1/items?a=b");
  t.equal(call({ url: "http://other/v1" }).url, "http://other/v1");
  t.equal(call({}).requestMethod, "GET");
  t.end();
});

t.test("headers are made once", (t) => {
  const call = new HttpCall({ headers: { "x-a": "1" } } as unknown as HttpRequest, values, 1000, undefined);
  t.equal(call.header, call.header);
  t.equal(call.header.get("x-a"), "1");
  t.end();
});

t.test("work that may move money is not cancelled because the client has gone", async (t) => {
  t.notOk(await abortedByLeaving(t, Idempotency.IDEMPOTENCY_UNKNOWN));
  t.notOk(await abortedByLeaving(t, Idempotency.IDEMPOTENT));
});

t.test("reading is cancelled when the client has gone", async (t) => {
  t.ok(await abortedByLeaving(t, Idempotency.NO_SIDE_EFFECTS));
});

t.test("what the web layer knows of a request reaches the handler", async (t) => {
  const key = createContextKey("nobody");
  const { get } = await serveRoutes(
    t,
    (router) => router.rpc(CoreService.method.getItem, (_, { values }) => ({ title: values.get(key) })),
    { contextValues: (request) => createContextValues().set(key, String(request.headers["x-peer"])) },
  );
  t.match((await get("/v1/items/42", { "x-peer": "me" })).body, /"title":"me"/);
});

/** Whether a handler's signal was aborted after its caller had hung up. */
async function abortedByLeaving(t: Test, idempotency: Idempotency): Promise<boolean> {
  const called = new Signal();
  const left = new Signal();
  const done = new Signal();
  let aborted = false;
  const handler = async (_: unknown, { signal }: HandlerContext) => {
    signal.addEventListener("abort", () => (aborted = true));
    called.arrive();
    await left.arrived;
    done.arrive();
    return {};
  };
  const { getItem } = CoreService.method;
  const { port } = await serveRoutes(t, (router) => router.rpc({ ...getItem, idempotency }, handler), {
    contextValues: (request) => {
      request.socket.once("close", () => void turn().then(left.arrive));
      return createContextValues();
    },
  });
  const socket = await openRequest(port, "GET /v1/items/42 HTTP/1.1\r\nhost: a\r\n\r\n");
  await called.arrived;
  socket.destroy();
  await done.arrived;
  return aborted;
}

t.test("an answer whose connection is closed has nobody to go to", async (t) => {
  const server = createServer();
  const socket = connect(await listen(server), "127.0.0.1");
  t.teardown(() => server.close());
  socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  t.notOk(isGone(response));
  socket.destroy();
  await once(response, "close");
  t.ok(isGone(response));
});

function forwarded(headers: Record<string, string | string[]>, allow?: (name: string) => boolean): object {
  return Object.fromEntries(forwardedHeaders({ headers } as HttpRequest, allow));
}

t.test("what belongs to the connection, the body or another protocol does not reach a handler", (t) => {
  const heldBack = [
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "http2-settings",
  ];
  const more = [
    "content-type",
    "content-length",
    "content-encoding",
    "accept-encoding",
    "proxy-authorization",
    ":path",
  ];
  const protocols = [
    "grpc-timeout",
    "grpc-metadata-x",
    "grpc-encoding",
    "connect-timeout-ms",
    "connect-protocol-version",
  ];
  for (const name of [...heldBack, ...more, ...protocols]) t.same(forwarded({ [name]: "x" }), {}, name);
  t.same(forwarded({ connection: "close, X-Hop", "x-hop": "1", "x-end": "2" }), { "x-end": "2" });
  t.same(
    forwarded({ "x-internal": "1", "x-a": "2" }, (name) => name !== "x-internal"),
    { "x-a": "2" },
  );
  t.end();
});

t.test("everything else does, under its own name", (t) => {
  const headers = {
    authorization: "Bearer k",
    "idempotency-key": "k-1",
    "x-request-id": "r",
    accept: "*/*",
    "trace-bin": "AQID",
  };
  t.same(forwarded(headers), headers);
  t.same(forwarded({ "x-list": ["a", "b"] }), { "x-list": "a, b" });
  t.end();
});

t.test("a handler's headers cannot say what the transcoder says of the body and the connection", (t) => {
  const headers = new Headers({
    "x-a": "1",
    "retry-after": "3",
    "content-disposition": "inline",
    "content-type": "x/y",
    "content-length": "9",
    "grpc-status": "0",
  });
  headers.append("set-cookie", "a=1, b");
  headers.append("set-cookie", "c=2");
  t.same(addHandlerHeaders({ "content-type": "application/json" }, headers), {
    "content-type": "application/json",
    "x-a": "1",
    "retry-after": "3",
    "content-disposition": "inline",
    "set-cookie": ["a=1, b", "c=2"],
  });
  t.same(addHandlerHeaders({}, undefined), {});
  t.end();
});

t.test("over the wire a handler sees a client's headers, and the client those of the handler", async (t) => {
  const { stub, get } = await serveStub(t, { forwardHeader: (name) => name !== "x-verified-by" });
  stub.prepare({ headers: { "x-from-handler": "v", "transfer-encoding": "chunked" } });
  const response = await get("/v1/items/42", {
    "idempotency-key": "k-1",
    "x-verified-by": "me",
    "grpc-timeout": "5S",
    "x-http-method-override": "DELETE",
  });
  t.equal(stub.seen?.method, CoreService.method.getItem, "no header overrides the method");
  t.equal(stub.seen?.metadata.get("idempotency-key"), "k-1");
  t.notOk(stub.seen?.metadata.has("x-verified-by"));
  t.notOk(stub.seen?.metadata.has("grpc-timeout"));
  t.equal(response.headers["x-from-handler"], "v");
  t.equal(response.headers["content-length"], String(response.body.length));
});
