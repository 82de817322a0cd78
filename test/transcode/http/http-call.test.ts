import { setImmediate as turn } from "node:timers/promises";
import { createContextKey, createContextValues, type HandlerContext } from "@connectrpc/connect";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import t, { type Test } from "tap";
import { HttpCall } from "../../../src/transcode/http/http-call.js";
import type { HttpRequest } from "../../../src/transcode/http/http.js";
import { CoreService } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { openRequest, Signal } from "../support/connections.js";
import { serveRoutes } from "../support/serve.js";

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
