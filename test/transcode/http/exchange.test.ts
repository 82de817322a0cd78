import { createContextKey, createContextValues, ConnectError, Code } from "@connectrpc/connect";
import t from "tap";
import type { ErrorContext } from "../../../src/transcode/errors/connect-error.js";
import {
  CoreService,
  file_transcodetest_v1_transcoding_cases as casesFile,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { openRequest, Signal } from "../support/connections.js";
import { errorOf, serveRoutes, serveStub } from "../support/serve.js";

t.test("an unknown path is told from what a handler did not find", async (t) => {
  const { stub, get, send } = await serveStub(t);
  const unknown = await get("/v1/nope?x=1");
  t.equal(unknown.status, 404);
  t.match(errorOf(unknown), { code: 5, reason: "path_unknown", message: 'There is nothing at "/v1/nope".' });
  t.equal((await send({ method: "OPTIONS", path: "/v1/nope" })).status, 404);
  stub.prepare({ error: { code: 5, message: "no such item" } });
  const missing = await get("/v1/items/42");
  t.equal(missing.status, 404);
  t.match(errorOf(missing), { code: 5, reason: "", message: "no such item" });
});

t.test("another method than the path has is refused with those that it has", async (t) => {
  const { stub, send } = await serveStub(t);
  const response = await send({ method: "POST", path: "/v1/items/42", body: "{}" });
  t.equal(response.status, 405);
  t.equal(response.headers["allow"], "DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
  t.match(errorOf(response), { code: 12, reason: "method_not_allowed" });
  t.equal(stub.seen, undefined);
  const options = await send({ method: "OPTIONS", path: "/v1/items/42:cancel" });
  t.match(options, { status: 204, body: "" });
  t.equal(options.headers["allow"], "OPTIONS, POST");
  t.equal(stub.seen, undefined);
});

t.test("HEAD calls GET's handler and sends everything but the body, errors too", async (t) => {
  const { stub, get, send } = await serveStub(t);
  const full = await get("/v1/items/42");
  const head = await send({ method: "HEAD", path: "/v1/items/42" });
  t.match(head, { status: 200, body: "" });
  t.equal(head.headers["content-length"], full.headers["content-length"]);
  t.equal(stub.seen?.method.name, "GetItem");
  const missing = await send({ method: "HEAD", path: "/v1/nope" });
  t.match(missing, { status: 404, body: "" });
});

t.test("a method without a rule is reached under no path", async (t) => {
  const { stub, get, post } = await serveStub(t);
  for (const path of ["/transcodetest.v1.CustomService/Hidden", "/v1/Hidden"]) {
    t.equal((await get(path)).status, 404);
    t.equal((await post(path, "{}")).status, 404);
  }
  t.equal(stub.seen, undefined);
});

t.test("a deadline that is wrong or already over is told before anybody is called", async (t) => {
  const { stub, get } = await serveStub(t);
  const wrong = await get("/v1/items/42", { "grpc-timeout": "soon" });
  t.equal(wrong.status, 400);
  t.equal(errorOf(wrong).reason, "timeout_invalid");
  const over = await get("/v1/items/42", { "grpc-timeout": "0S" });
  t.equal(over.status, 504);
  t.match(errorOf(over), { code: 4, reason: "deadline_exceeded" });
  t.equal(stub.seen, undefined);
});

t.test("the server's own limit answers for a handler that takes too long, and lets it finish", async (t) => {
  const answered = new Signal();
  const finished = new Signal();
  let aborted = false;
  const { post } = await serveRoutes(
    t,
    (router) =>
      router.rpc(CoreService.method.createItem, async (_, { signal, timeoutMs }) => {
        t.ok((timeoutMs() ?? Infinity) <= 20);
        await answered.arrived;
        aborted = signal.aborted;
        finished.arrive();
        throw new Error("nobody is there to hear this");
      }),
    { limits: { timeoutMsMax: 20 } },
  );
  const response = await post("/v1/items", "{}", { "grpc-timeout": "1H" });
  t.equal(response.status, 504);
  answered.arrive();
  await finished.arrived;
  t.notOk(aborted, "the call may have moved money: it is not cut off half-way");
});

t.test("one renderer writes every error, and is told what it is about", async (t) => {
  const seen: ErrorContext[] = [];
  const key = createContextKey("");
  const { get, post } = await serveRoutes(
    t,
    (router) =>
      router.rpc(CoreService.method.getItem, () => {
        throw new ConnectError("no", Code.PermissionDenied, { "x-why": "because" });
      }),
    {
      contextValues: () => createContextValues().set(key, "r-1"),
      renderError: (error, context) => {
        seen.push(context);
        const id = context.contextValues.get(key);
        return { status: 418, headers: { "content-type": "text/plain", "x-id": id }, body: error.rawMessage };
      },
    },
  );
  const denied = await get("/v1/items/42");
  t.match(denied, { status: 418, body: "no" });
  t.match(denied.headers, { "content-type": "text/plain", "x-id": "r-1", "x-why": "because" });
  await get("/v1/nope");
  await post("/v1/items/42");
  t.match(seen, [
    { status: 403, routing: false, reason: undefined, method: CoreService.method.getItem },
    { status: 404, routing: true, reason: "path_unknown", method: undefined },
    { status: 405, routing: true, reason: "method_not_allowed", method: undefined },
  ]);
});

t.test(
  "a renderer, a filter or context values that fail end in an internal error, not in a crash",
  async (t) => {
    for (const broken of [
      { renderError: fail },
      { contextValues: fail },
      { renderError: () => ({ status: 400, headers: { "x-a": "\n" }, body: "x" }) },
    ]) {
      const { get } = await serveRoutes(
        t,
        (router) => router.service(casesFile.services[0] ?? CoreService, {}),
        broken,
      );
      const response = await get("/v1/items/42");
      t.equal(response.status, 500);
      t.same(JSON.parse(response.body), { code: 13, message: "internal error", details: [] });
    }
  },
);

t.test("a handler's headers that cannot be sent are an internal error", async (t) => {
  const { get } = await serveRoutes(t, (router) =>
    router.rpc(CoreService.method.getItem, (_, { responseHeader }) => {
      responseHeader.set("x-a", "\u0001");
      return {};
    }),
  );
  t.equal((await get("/v1/items/42")).status, 500);
});

t.test("an answer for a client that has gone harms nobody", async (t) => {
  const called = new Signal();
  const gone = new Signal();
  const { port, get } = await serveRoutes(
    t,
    (router) =>
      router.rpc(CoreService.method.getItem, async ({ id }) => {
        if (id !== "slow") return {};
        called.arrive();
        await gone.arrived;
        return {};
      }),
    {
      contextValues: (request) => {
        request.socket.once("close", gone.arrive);
        return createContextValues();
      },
    },
  );
  const socket = await openRequest(port, "GET /v1/items/slow HTTP/1.1\r\nhost: a\r\n\r\n");
  await called.arrived;
  socket.destroy();
  await gone.arrived;
  t.equal((await get("/v1/items/42")).status, 200);
});

function fail(): never {
  throw new Error("secret");
}
