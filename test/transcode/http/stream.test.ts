import { once } from "node:events";
import { createServer } from "node:http";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import t, { type Test } from "tap";
import { HttpBodySchema } from "../../../gen/google/api/httpbody_pb.js";
import { StreamService, type Item } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import type { HttpRequest } from "../../../src/transcode/http/http-call.js";
import { createInvoker } from "../../../src/transcode/call/invoke.js";
import { createTranscoder } from "../../../src/transcode/http/transcoder.js";
import { openRequest, Signal } from "../support/connections.js";
import { listen } from "../support/raw-http.js";
import { errorOf, serveRoutes, serveStub, type ServeOptions } from "../support/serve.js";

type Watch = (
  id: string,
  signal: AbortSignal,
) => AsyncGenerator<Partial<Omit<Item, "$typeName" | "$unknown">>>;

async function serveWatch(t: Test, watch: Watch, options: ServeOptions = {}) {
  const { watchItem } = StreamService.method;
  return serveRoutes(
    t,
    (router) => router.rpc(watchItem, ({ id }, { signal }) => watch(id, signal)),
    options,
  );
}

t.test("an error before the first message is an ordinary error answer", async (t) => {
  const { stub, get } = await serveStub(t);
  stub.prepare({ error: { code: 5, message: "gone" }, headers: { "retry-after": "3" } });
  const response = await get("/v1/watch/42");
  t.equal(response.status, 404);
  t.equal(response.headers["content-type"], "application/json");
  t.equal(response.headers["retry-after"], "3");
  t.match(errorOf(response), { code: 5, message: "gone" });
});

const boom: Watch = async function* () {
  yield { id: "1" };
  throw new ConnectError("boom", Code.Unavailable);
};

t.test("a later error is the last line, whatever the renderer writes", async (t) => {
  const bodies: [string, unknown][] = [
    [`{"error":{"type":"api_error"}}`, { error: { type: "api_error" } }],
    [`{\n "a": 1\n}`, { error: { a: 1 } }],
    ["plain text", { error: "plain text" }],
  ];
  for (const [body, line] of bodies) {
    const { get } = await serveWatch(t, boom, { renderError: () => ({ status: 503, body }) });
    const response = await get("/v1/watch/42");
    t.equal(response.status, 200);
    const lines = response.body.split("\n");
    t.equal(lines.length, 3, "each line ends with a line feed");
    t.same(JSON.parse(lines[1] ?? ""), line);
  }
  const { get } = await serveWatch(t, boom);
  t.match(JSON.parse((await get("/v1/watch/42")).body.split("\n")[1] ?? ""), {
    error: { code: 14, message: "boom" },
  });
});

t.test("messages come one to a line, each as soon as it is there", async (t) => {
  const proceed = new Signal();
  const { port } = await serveWatch(t, async function* () {
    yield { id: "1", title: "a\nb" };
    await proceed.arrived;
    yield { id: "2" };
  });
  const socket = await openRequest(port, "GET /v1/watch/42 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  while (!text.includes(`"id":"1"`)) await once(socket, "data");
  t.match(text, /content-type: application\/x-ndjson\r\n/);
  t.notMatch(text, /"id":"2"/);
  proceed.arrive();
  await once(socket, "close");
  t.match(text, /"title":"a\\nb"[^\n]*\}\n[^{]*\{"id":"2"/);
});

t.test("a stream without messages is an empty answer, and HEAD has none at all", async (t) => {
  const { stub, get, send } = await serveStub(t);
  stub.prepare({ stream: [], headers: { "x-a": "1" } });
  t.match(await get("/v1/watch/42"), {
    status: 200,
    body: "",
    headers: { "content-type": "application/x-ndjson", "x-a": "1" },
  });
  stub.prepare({ stream: [{ id: "1" }] });
  t.match(await send({ method: "HEAD", path: "/v1/watch/42" }), { status: 200, body: "" });
});

t.test(
  "when time is up, before the first message or after it, the client is told and the handler stopped",
  async (t) => {
    let stopped = 0;
    const watch: Watch = async function* (id, signal) {
      if (id === "late") yield { id: "1" };
      await once(signal, "abort");
      stopped++;
    };
    const { get } = await serveWatch(t, watch, { limits: { streamTimeoutMsMax: 30 } });
    const first = await get("/v1/watch/now");
    t.equal(first.status, 504);
    const second = await get("/v1/watch/late", { "grpc-timeout": "20m" });
    t.equal(second.status, 200);
    t.match(JSON.parse(second.body.split("\n")[1] ?? ""), { error: { code: 4 } });
    t.equal(stopped, 2);
  },
);

t.test("a stream for a client that has gone before it begins is not gone through", async (t) => {
  const [called, gone] = [new Signal(), new Signal()];
  const { watchItem } = StreamService.method;
  let made = 0;
  const invoker = createInvoker({
    routes: (router) =>
      router.rpc(watchItem, async function* () {
        while (made < 1000) yield { id: String(made++) };
      }),
    interceptors: [
      (next) => async (request) => {
        const answer = await next(request);
        called.arrive();
        await gone.arrived;
        return answer;
      },
    ],
  });
  const contextValues = ({ socket }: HttpRequest) => {
    socket.once("close", () => setImmediate(gone.arrive));
    return createContextValues();
  };
  const server = createServer(createTranscoder({ invoker, contextValues }));
  t.teardown(() => server.close());
  const port = await listen(server);
  const socket = await openRequest(port, "GET /v1/watch/42 HTTP/1.1\r\nhost: a\r\n\r\n");
  await called.arrived;
  socket.destroy();
  await gone.arrived;
  await new Promise((resolve) => setImmediate(resolve));
  t.ok(made <= 1, `${made} messages were made`);
});

t.test("a client that leaves stops the handler, whether it listens to its signal or not", async (t) => {
  const aborted = new Signal();
  const cleaned = new Signal();
  const { port } = await serveWatch(t, async function* (_, signal) {
    signal.addEventListener("abort", aborted.arrive);
    try {
      for (;;) yield { id: "1" };
    } finally {
      cleaned.arrive();
    }
  });
  const socket = await openRequest(port, "GET /v1/watch/42 HTTP/1.1\r\nhost: a\r\n\r\n");
  await once(socket, "data");
  socket.destroy();
  await Promise.all([aborted.arrived, cleaned.arrived]);
  t.pass("the handler was told, and has cleaned up");
});

t.test("a client that reads slowly is waited for", async (t) => {
  const warnings: unknown[] = [];
  const warn = (warning: unknown): void => void warnings.push(warning);
  process.on("warning", warn);
  t.teardown(() => process.off("warning", warn));
  let made = 0;
  const title = "x".repeat(64 * 1024);
  const { port } = await serveWatch(t, async function* () {
    for (; made < 1000; made++) yield { title };
  });
  const socket = await openRequest(port, "GET /v1/watch/42 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  socket.pause();
  let before = -1;
  while (made !== before) {
    before = made;
    await new Promise((resolve) => setTimeout(resolve, 50)); // Until the buffers between the two are full.
  }
  t.ok(made > 0 && made < 1000, `${made} of 1000 messages were made before anybody read`);
  socket.resume();
  await once(socket, "close");
  t.equal(made, 1000);
  t.same(warnings, [], "a wait leaves no listeners behind");
});

t.test("a stream of HttpBody is its bytes, one after the other", async (t) => {
  const { watchItem } = StreamService.method;
  const download = { ...watchItem, output: HttpBodySchema } as unknown as typeof watchItem;
  const { get } = await serveRoutes(t, (router) =>
    router.rpc(download, async function* () {
      yield create(HttpBodySchema, { contentType: "text/csv", data: Buffer.from("a,b\n") }) as never;
      yield create(HttpBodySchema, { data: Buffer.from("1,2\n") }) as never;
    }),
  );
  const response = await get("/v1/watch/42");
  t.match(response, { status: 200, body: "a,b\n1,2\n", headers: { "content-type": "text/csv" } });
});
