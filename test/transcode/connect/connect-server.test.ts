import { once } from "node:events";
import { type IncomingMessage, request as http1Request } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";
import t, { type Test } from "tap";
import { createConnectServer } from "../../../src/transcode/connect/connect-server.js";
import { createInvoker } from "../../../src/transcode/call/invoke.js";
import { createConnections } from "../../../src/web/connections/connections.js";
import { openHttpPort } from "../../../src/web/ports/ports.js";
import { CoreService, StreamService } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { callWire, framed, serveConnect, type Served } from "../support/grpc-wire.js";

const PATH = "/transcodetest.v1.CoreService/GetItem";

const routes: Served["routes"] = (router) =>
  router
    .rpc(CoreService.method.getItem, ({ id }) => {
      if (id === "lost") throw new ConnectError("lost: \ud800 for good", Code.NotFound);
      return { id };
    })
    .rpc(StreamService.method.watchItem, async function* ({ id }) {
      yield { id };
    });

/** The same handlers over HTTP/1.1, with a header of Host that clients choose. */
async function serveHttp1(t: Test) {
  const answer = createConnectServer({ routes, invoker: createInvoker({ routes }) });
  const listener = (...[request, response]: Parameters<typeof answer>): void => {
    if (!answer(request, response)) response.writeHead(404).end();
  };
  const port = await openHttpPort("127.0.0.1", 0, undefined, { listener }, createConnections());
  t.teardown(() => port.close());
  return async (method: string, path: string, headers: Record<string, string>, body = "") => {
    const request = http1Request({ port: port.port, method, path, headers, agent: false });
    request.end(body);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
  };
}

t.test("what speaks no protocol is answered by a status and a text", async (t) => {
  const call = await serveHttp1(t);
  for (const [method, path, headers, status] of [
    ["PUT", PATH, { "content-type": "application/json" }, 405],
    ["GET", PATH, {}, 405],
    ["POST", PATH, { "content-type": "text/plain" }, 415],
    ["POST", PATH, {}, 415],
    ["POST", PATH, { "content-type": "application/connect+json" }, 415],
    ["POST", PATH, { "content-type": "application/grpc-web-text" }, 415],
    ["POST", "/transcodetest.v1.StreamService/WatchItem", { "content-type": "application/json" }, 415],
    ["POST", "/nothing.v1.Service/GetItem", { "content-type": "application/json" }, 404],
  ] as const) {
    const answer = await call(method, path, headers);
    t.equal(answer.status, status, `${method} ${path} ${JSON.stringify(headers)}`);
    if (status === 405) t.equal(answer.headers.allow, "POST");
  }
});

t.test("a name of this host that is none is no mistake of ours", async (t) => {
  const call = await serveHttp1(t);
  for (const host of ["[", "a b", "a:b", "%", "é"]) {
    const headers = { host, "content-type": "application/json" };
    const { status, text } = await call("POST", PATH, headers, `{"id":"1"}`);
    t.equal(status, 200, host);
    t.match(JSON.parse(text), { id: "1" });
  }
});

t.test(
  "a text of an error with half a character is answered with a whole one, by every protocol",
  async (t) => {
    const { session } = await serveConnect(t, { routes });
    const lost = Buffer.from(`{"id":"lost"}`);
    for (const type of ["application/grpc+json", "application/grpc-web+json"]) {
      const { trailers, body } = await callWire(session, PATH, [framed(lost)], { "content-type": type });
      const text = `${String(trailers["grpc-message"])}${body.toString()}`;
      t.match(text, "lost: %EF%BF%BD for good", type);
      if (type.includes("web")) t.match(text, "request-id: req_of_connect");
    }
    const { body } = await callWire(session, PATH, [lost], { "content-type": "application/json" });
    t.same(JSON.parse(body.toString()), { code: "not_found", message: "lost: \ufffd for good" });
  },
);
