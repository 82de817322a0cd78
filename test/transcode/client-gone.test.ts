import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http2";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { createContextValues } from "@connectrpc/connect";
import t from "tap";
import { canonicalStyle } from "../../src/transcode/json/canonical-dialect.js";
import { createJsonDialect, type JsonDialect } from "../../src/transcode/json/dialect.js";
import type { HttpRequest } from "../../src/transcode/http/http-call.js";
import { createInvoker } from "../../src/transcode/call/invoke.js";
import { createTranscoder } from "../../src/transcode/http/transcoder.js";
import { CoreService } from "../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { openRequest, Signal } from "./support/connections.js";
import { listen, sendRaw } from "./support/raw-http.js";
import { serveRoutes } from "./support/serve.js";

t.test("no answer is written for a client that has gone", async (t) => {
  const { called, gone, finished, options, written } = leaving();
  const { port, get } = await serveRoutes(
    t,
    (router) =>
      router.rpc(CoreService.method.getItem, async ({ id }) => {
        if (id !== "slow") return {};
        called.arrive();
        await gone.arrived;
        finished.arrive();
        return {};
      }),
    options,
  );
  const socket = await openRequest(port, "GET /v1/items/slow HTTP/1.1\r\nhost: a\r\n\r\n");
  await called.arrived;
  socket.destroy();
  await finished.arrived;
  t.equal((await get("/v1/items/42")).status, 200);
  t.equal(written(), 1, "that of the client that is there");
});

t.test("nothing is read for a client that has gone before its call begins", async (t) => {
  const { called, gone, options } = leaving();
  const ids: string[] = [];
  const idempotency = MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  const { getItem } = CoreService.method;
  const admit = async (_: unknown, { "x-slow": slow }: IncomingHttpHeaders): Promise<void> => {
    if (slow === undefined) return;
    called.arrive();
    await gone.arrived;
  };
  const invoker = createInvoker({
    routes: (router) =>
      router.rpc({ ...getItem, idempotency }, ({ id }) => {
        ids.push(id);
        return {};
      }),
    admit,
  });
  const server = createServer(createTranscoder({ ...options, invoker }));
  const port = await listen(server);
  t.teardown(() => server.close());
  const socket = await openRequest(port, "GET /v1/items/a HTTP/1.1\r\nhost: a\r\nx-slow: 1\r\n\r\n");
  await called.arrived;
  socket.destroy();
  await gone.arrived;
  t.equal((await sendRaw(port, { method: "GET", path: "/v1/items/b" })).status, 200);
  t.same(ids, ["b"]);
});

/** A dialect that counts what it writes, and signals of a client that leaves. */
function leaving() {
  const [called, gone, finished] = [new Signal(), new Signal(), new Signal()];
  const dialect = createJsonDialect(canonicalStyle);
  let written = 0;
  const message: JsonDialect["message"] = (desc) => {
    const codec = dialect.message(desc);
    return { ...codec, write: (value) => (written++, codec.write(value)) };
  };
  const contextValues = (request: HttpRequest) => {
    request.socket.once("close", () => setImmediate(gone.arrive));
    return createContextValues();
  };
  return {
    called,
    gone,
    finished,
    written: () => written,
    options: { dialect: { ...dialect, message }, contextValues },
  };
}
