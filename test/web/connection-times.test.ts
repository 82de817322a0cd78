import { readdirSync } from "node:fs";
import type { ServerResponse } from "node:http";

import t from "tap";

import type { Answering } from "../../src/web/ports/admission.js";
import { until } from "../support/database.js";
import { headers, MALFORMED, prefaceWithWindow } from "../support/http2-frames.js";
import { GET, LIMITS, open, openHttp1, openHttp2, START } from "../support/raw-clients.js";

t.test("connections on which came no HTTP/2 give their descriptors back", async (t) => {
  const limits = { ...LIMITS, idleAskedMs: 100, idleAnswerMs: 200 };
  for (const [name, isTls] of [
    ["clear text", false],
    ["TLS", true],
  ] as const) {
    const { port } = await openHttp2(t, limits, {}, isTls);
    const before = descriptors();
    const clients = await Promise.all(Array.from({ length: 300 }, () => open(t, port, isTls)));
    for (const { socket } of clients) socket.write(Buffer.concat([START, MALFORMED]));
    for (const { socket } of clients) socket.end();
    await until("none is left", () => descriptors() <= before, 20);
    t.pass(name);
  }
});

t.test("a client that begins nothing is let go", async (t) => {
  const limits = { ...LIMITS, firstByteMs: 200 };
  const http1 = await openHttp1(t, limits, {});
  const http2 = await openHttp2(t, limits, {});
  const secure = await openHttp2(t, limits, {}, true);
  const half = START.subarray(0, 10);
  const opened = await Promise.all([
    open(t, http1.port),
    open(t, http2.port),
    open(t, secure.port), // Speaks no TLS.
    open(t, secure.port, true),
    open(t, secure.port, true, "http/1.1"),
  ]);
  opened[1]?.socket.write(half);
  await until("all are closed", () => opened.every(({ socket }) => socket.closed));
});

t.test("a client that goes on asking is not let go", async (t) => {
  const { port } = await openHttp1(t, { ...LIMITS, firstByteMs: 200 }, {});
  const { socket, received } = await open(t, port);
  const began = performance.now();
  for (let asked = 1; performance.now() - began < 600; asked++) {
    socket.write(GET);
    await until("it is answered", () => received().split("HTTP/1.1 200").length > asked, 100);
  }
  t.notOk(socket.closed);
});

t.test("a session of HTTP/2 without streams is told to go, and then ended", async (t) => {
  const { port } = await openHttp2(t, { ...LIMITS, idleMs: 200 }, {});
  const { socket, received } = await open(t, port);
  socket.write(START);
  await until("it is closed", () => socket.closed);
  t.ok(received().includes(GOAWAY_WITHOUT_ERROR));
});

t.test("a body that does not arrive ends its stream, and a call that lasts does not", async (t) => {
  const begun: string[] = [];
  const listener: Answering["listener"] = ({ url = "" }) => begun.push(url);
  const answering = { listener, streamingPaths: new Set(["/Watch"]) };
  const { port } = await openHttp2(t, { ...LIMITS, requestMs: -800 }, answering);
  const { socket, received } = await open(t, port);
  const [body, watch] = [headers(1, "POST", "/Call", false), headers(3, "POST", "/Watch?x", false)];
  socket.write(Buffer.concat([START, body, watch]));
  await until("the one is ended", () => received().includes(RST_OF_STREAM_1));
  t.same(begun, ["/Call", "/Watch?x"]);
  t.notOk(received().includes(RST_OF_STREAM_3));
});

t.test("a reader that takes nothing is ended, over either version", async (t) => {
  const answer = Buffer.alloc(20_000_000);
  const listener: Answering["listener"] = (_, response) => void (response as ServerResponse).end(answer);
  const limits = { ...LIMITS, stalledMs: 200 };
  const [http1, http2] = [await openHttp1(t, limits, { listener }), await openHttp2(t, limits, { listener })];
  const clients = [await open(t, http1.port), await open(t, http2.port)];
  for (const { socket } of clients) socket.pause();
  clients[0]?.socket.write(GET);
  clients[1]?.socket.write(Buffer.concat([prefaceWithWindow(2 ** 31 - 1), headers(1, "GET", "/", true)]));
  await until("nothing is open", () => http1.connections.size + http2.connections.size === 0);
});

/** Frames of RFC 9113, 6.4 and 6.8, as Latin-1. */
const GOAWAY_WITHOUT_ERROR = "\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0";
const RST_OF_STREAM_1 = "\0\0\x04\x03\0\0\0\0\x01";
const RST_OF_STREAM_3 = "\0\0\x04\x03\0\0\0\0\x03";

/** Of this process, in which both sides are. */
function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
