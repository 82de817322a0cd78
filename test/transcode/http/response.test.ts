import { createServer } from "node:http";
import * as http2 from "node:http2";
import { once } from "node:events";
import { Code, ConnectError, createContextValues } from "@connectrpc/connect";
import t from "tap";
import { create } from "@bufbuild/protobuf";

import { requestError } from "../../../src/transcode/errors/request-error.js";
import {
  rendered,
  send,
  sendError,
  sendNothing,
  compileAnswer,
} from "../../../src/transcode/http/response.js";
import { renderStatus } from "../../../src/transcode/json/status-json.js";
import { openRequest, Signal } from "../support/connections.js";
import { createTranscoder } from "../../../src/transcode/http/transcoder.js";
import { listen, sendRaw } from "../support/raw-http.js";
import { RecordingStub } from "../support/recording-stub.js";
import { serveStub } from "../support/serve.js";
import { canonicalDialect } from "../../../src/transcode/json/canonical-dialect.js";
import { routeRules } from "../../../src/transcode/routing/http-rules.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { madeMethod } from "../support/made-service.js";

const scene = { contextValues: createContextValues(), method: undefined, form: false, headers: {} };

t.test("a renderer that fails does not take the answer with it", (t) => {
  const { status, body } = rendered(new ConnectError("no", Code.NotFound), scene, fail);
  t.equal(status, 500);
  t.notMatch(String(body), /secret/);
  t.end();
});

t.test("a reason's status wins over its code's", (t) => {
  t.equal(rendered(requestError("body_too_large", "Too large."), scene, renderStatus).status, 413);
  t.equal(rendered(new ConnectError("slow down", Code.ResourceExhausted), scene, renderStatus).status, 429);
  t.end();
});

t.test("the length of a body is that of its bytes", async (t) => {
  const server = createServer((request, response) => {
    if (request.url === "/none") sendNothing(response, 204, { allow: "GET" });
    else if (request.url === "/error") sendError(request, response, new Error("secret"), scene, renderStatus);
    else send(request, response, 200, { "content-type": "application/json" }, `"é"`);
  });
  const port = await listen(server);
  t.teardown(() => server.close());
  const text = await sendRaw(port, { method: "GET", path: "/" });
  t.match(text, { body: `"é"`, headers: { "content-length": "4" } });
  const head = await sendRaw(port, { method: "HEAD", path: "/" });
  t.match(head, { body: "", headers: { "content-length": "4" } });
  const none = await sendRaw(port, { method: "GET", path: "/none" });
  t.match(none, { status: 204, body: "", headers: { allow: "GET" } });
  t.notOk("content-length" in none.headers);
  t.match(await sendRaw(port, { method: "GET", path: "/error" }), { status: 500, body: /internal error/ });
});

t.test("a client that sends its whole body before it reads still reads why it was refused", async (t) => {
  const { port, stub } = await serveStub(t, { limits: { requestBytesMax: 1000 } });
  const size = 4 * 1024 * 1024;
  const head = `POST /v1/items HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${size}\r\n\r\n`;
  const socket = await openRequest(port, head);
  await new Promise((resolve) => socket.write(Buffer.alloc(size, " "), resolve));
  const [first] = (await once(socket, "data")) as [Buffer];
  t.match(first.toString(), /^HTTP\/1\.1 413 /);
  t.equal(stub.seen, undefined);
  socket.destroy();
});

t.test("a client that goes on sending without end is cut off", async (t) => {
  const { port } = await serveStub(t, { limits: { requestBytesMax: 1000 } });
  const socket = await openRequest(
    port,
    "POST /v1/nope HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n",
  );
  const closed = new Signal();
  socket.on("error", closed.arrive).on("close", closed.arrive).resume();
  const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(0x100000, " "), Buffer.from("\r\n")]);
  const pump = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", pump);
  pump();
  await closed.arrived;
  t.pass("the connection is closed");
});

t.test(
  "over HTTP/2 a client that never ends its body gets its answer, and its stream is closed",
  async (t) => {
    const { routes } = new RecordingStub();
    const server = http2.createServer(
      createTranscoder({ routes, limits: { requestBytesMax: 1000, timeoutMsMax: 50 } }),
    );
    const session = http2.connect(`http://127.0.0.1:${await listen(server)}`);
    t.teardown(() => {
      session.destroy();
      server.close();
    });
    for (const [size, status] of [
      [2000, 413],
      [10, 504],
    ] as const) {
      const stream = session.request({ ":method": "POST", ":path": "/v1/items" });
      stream.write(" ".repeat(size));
      const [headers] = (await once(stream, "response")) as [
        http2.IncomingHttpHeaders & { ":status": number },
      ];
      t.equal(headers[":status"], status);
      stream.resume();
      await once(stream, "close");
      t.equal(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
    }
  },
);

t.test("over HTTP/2 a client that resets its stream, or its connection, harms nobody", async (t) => {
  const server = http2.createServer(createTranscoder({ routes: new RecordingStub().routes }));
  const port = await listen(server);
  t.teardown(() => server.close());
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const reset = session.request({ ":method": "POST", ":path": "/v1/items" });
  reset.write(`{"title":`);
  reset.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  await once(reset, "close").catch(() => {}); // Its own error, as asked for.
  const next = session.request({ ":path": "/v1/items/42" });
  const [headers] = (await once(next, "response")) as [http2.IncomingHttpHeaders & { ":status": number }];
  t.equal(headers[":status"], 200);
  session.destroy();
});

function fail(): never {
  throw new Error("secret");
}

const unwritable = {
  ...canonicalDialect.message(ScalarsSchema),
  write: () => {
    throw new Error("secret");
  },
};

t.test(
  "an answer without JSON throws, and over the wire is an internal error that tells nothing",
  async (t) => {
    const write = answerOf("ts");
    t.throws(() => write(create(ScalarsSchema, { ts: { nanos: -1 } })), RangeError);
    const { stub, get } = await serveStub(t, { dialect: { ...canonicalDialect, message: () => unwritable } });
    stub.prepare({ response: {} });
    const response = await get("/v1/items/42");
    t.equal(response.status, 500);
    t.notMatch(response.body, /secret/);
  },
);

t.test("a field alone is the whole body, also where it is unset", (t) => {
  const filled = create(ScalarsSchema, {
    inner: { label: "x" },
    inners: [{}],
    fString: "s",
    fInt64: 5n,
    labels: { a: "b" },
  });
  const expected: [string, RegExp, string][] = [
    ["inner", /^\{"label":"x"/, "null"],
    ["inners", /^\[\{"label":""/, "[]"],
    ["f_string", /^"s"$/, `""`],
    ["f_int64", /^"5"$/, `"0"`],
    ["labels", /^\{"a":"b"\}$/, "{}"],
    ["opt_string", /^null$/, "null"],
  ];
  for (const [field, whenSet, whenUnset] of expected) {
    const write = answerOf(field);
    t.match(String(write(filled).body), whenSet, field);
    t.same(write(create(ScalarsSchema)), { contentType: "application/json", body: whenUnset }, field);
  }
  t.end();
});

t.test("Empty is an empty object", async (t) => {
  const { send } = await serveStub(t);
  const response = await send({ method: "DELETE", path: "/v1/items/42" });
  t.match(response, { status: 200, body: "{}" });
  t.equal(response.headers["content-type"], "application/json");
});

function answerOf(responseBody: string) {
  const [rule] = routeRules([madeMethod({ pattern: { case: "get", value: "/a" }, responseBody })]);
  if (rule === undefined) throw new Error("there is no rule");
  return compileAnswer(rule, canonicalDialect);
}
