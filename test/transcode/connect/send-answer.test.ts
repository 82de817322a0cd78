import { once } from "node:events";
import { connect, createServer, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import t, { type Test } from "tap";
import { sendAnswer } from "../../../src/transcode/connect/send-answer.js";
import { answerOn, openCall } from "../support/grpc-wire.js";

/** Sends the answer over HTTP/2, as what a client gets. */
async function sent(t: Test, answer: UniversalServerResponse, failed: unknown[] = []) {
  const server = createServer((request, response: Http2ServerResponse) => {
    request.on("error", () => {});
    response.setHeader("request-id", "req_1");
    response.on("error", () => {});
    response.stream.on("error", () => {});
    sendAnswer(response, answer).catch((error: unknown) => {
      failed.push(error);
      response.stream.close(2);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.teardown(() => {
    session.destroy();
    server.close();
  });
  const stream = openCall(session, "/");
  stream.end();
  return await answerOn(stream);
}

async function* bodyOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const NOT_FOUND = { "grpc-status": "5", "grpc-message": encodeURIComponent("no: é 50%") };
const header = new Headers({ "content-type": "application/grpc+proto" });

t.test(
  "an error without a message is one block, its text escaped once and no more than needed",
  async (t) => {
    const trailer = new Headers(NOT_FOUND);
    const answer = await sent(t, { status: 200, header, body: bodyOf(), trailer });
    t.ok(answer.trailersOnly);
    t.match(answer.trailers, {
      "grpc-status": "5",
      "grpc-message": "no: %C3%A9 50%25",
      "request-id": "req_1",
    });
  },
);

t.test("an error behind messages has the request's id in its trailers; a success has not", async (t) => {
  const failed = await sent(t, {
    status: 200,
    header,
    body: bodyOf(Buffer.from("abc")),
    trailer: new Headers(NOT_FOUND),
  });
  t.match(failed.trailers, { "grpc-status": "5", "grpc-message": "no: %C3%A9 50%25", "request-id": "req_1" });
  const done = await sent(t, {
    status: 200,
    header,
    body: bodyOf(Buffer.from("abc")),
    trailer: new Headers({ "grpc-status": "0" }),
  });
  t.same(
    [done.body.toString(), done.trailers["grpc-status"], done.trailers["request-id"]],
    ["abc", "0", undefined],
  );
  t.equal(done.headers["request-id"], "req_1");
});

t.test("the trailers that gRPC-Web has in its body are mended there", async (t) => {
  const lines = Buffer.from("grpc-status: 5\r\ngrpc-message: no%3A%20%C3%A9\r\nx: a: b\r\n");
  const frame = Buffer.concat([Buffer.from([0x80, 0, 0, 0, lines.length]), lines]);
  const { body } = await sent(t, { status: 200, body: bodyOf(frame) });
  t.equal(
    body.subarray(5).toString(),
    "grpc-status: 5\r\ngrpc-message: no: %C3%A9\r\nx: a: b\r\nrequest-id: req_1\r\n",
  );
  t.equal(body.readUInt32BE(1), body.length - 5);
});

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("a");
  throw new Error("broken");
}

t.test("a body that breaks is told to whoever sends it", async (t) => {
  const failed: unknown[] = [];
  await t.rejects(sent(t, { status: 200, body: broken() }, failed), { code: "ERR_HTTP2_STREAM_ERROR" });
  t.match(failed, [{ message: "broken" }]);
});
