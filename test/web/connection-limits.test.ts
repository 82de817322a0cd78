import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { BlockList, connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import t, { type Test } from "tap";

import type { Answering } from "../../src/web/admission.js";
import { Connections } from "../../src/web/connections.js";
import { type ConnectionLimits, connectionLimits } from "../../src/web/limits.js";
import { openHttp2Port, openHttpPort } from "../../src/web/ports.js";
import { until } from "../support/database.js";
import { headers, MALFORMED, prefaceWithWindow, reset } from "../support/http2-frames.js";

const LIMITS = connectionLimits(1024);
const tls = {
  cert: readFileSync("test/fixtures/localhost.cert.pem"),
  key: readFileSync("test/fixtures/localhost.key.pem"),
};
const START = prefaceWithWindow(65_535);
const ok: Answering["listener"] = (_, response) => void (response as ServerResponse).end("ok");
const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/** Connections that a test has opened, and what came on them. */
interface Client {
  readonly socket: Socket;
  readonly received: () => string;
}

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

t.test("answers that wait for slow readers end the connection that holds most of them", async (t) => {
  const answer = Buffer.alloc(100_000);
  const listener: Answering["listener"] = (_, response) => void (response as ServerResponse).end(answer);
  const limits = { ...LIMITS, bytesPerAddress: 1_000_000 };
  const { port } = await openHttp2(t, limits, { listener });
  const [good, bad] = await Promise.all([open(t, port), open(t, port)]);
  good.socket.write(ask(5));
  bad.socket.write(ask(50));
  await until("the greedy one is ended", () => bad.socket.closed);
  t.notOk(good.socket.closed);
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

t.test("an address that has all its places gives the longest idle one to a new client", async (t) => {
  const limits = { ...LIMITS, connectionsPerAddress: 3 };
  const { port } = await openHttp1(t, limits, {});
  const used = await open(t, port);
  used.socket.write(GET);
  await until("it is answered", () => used.received().includes("200"));
  const [second] = [await open(t, port), await open(t, port)];
  const newest = await open(t, port);
  newest.socket.write(GET);
  await until("the new one is answered", () => newest.received().includes("200"));
  await until("one that never asked is ended", () => second?.socket.closed ?? false);
  t.notOk(used.socket.closed);
});

t.test("where all places are in use a new client is turned away, unless it comes from a proxy", async (t) => {
  for (const isProxy of [false, true]) {
    const proxies = new BlockList();
    if (isProxy) proxies.addAddress("127.0.0.1");
    let begun = 0;
    const limits = { ...LIMITS, connectionsPerAddress: 1 };
    const { port } = await openHttp1(t, limits, { listener: () => begun++ }, proxies);
    const first = await open(t, port);
    first.socket.write(GET);
    await until("it is under way", () => begun === 1);
    const second = await open(t, port);
    second.socket.write(GET);
    await until("it is turned away, or not", () => (isProxy ? begun === 2 : second.socket.closed));
    t.equal(second.socket.closed, !isProxy);
    t.notOk(first.socket.closed);
  }
});

t.test("an address has so many requests under way and no more", async (t) => {
  const limits = { ...LIMITS, requestsPerAddress: 2 };
  let begun = 0;
  const answering = { listener: () => begun++ };
  const { port } = await openHttp1(t, limits, answering);
  const clients = await Promise.all([open(t, port), open(t, port), open(t, port)]);
  for (const { socket } of clients.slice(0, 2)) socket.write(GET);
  await until("two are under way", () => begun === 2);
  clients[2]?.socket.write(GET);
  await until("the third is refused", () => clients[2]?.received().includes("503") ?? false);
  const http2 = await openHttp2(t, limits, answering);
  const { socket, received } = await open(t, http2.port);
  socket.write(Buffer.concat([START, ...[1, 3, 5].map((stream) => headers(stream, "GET", "/", true))]));
  await until("the third stream is refused", () => received().includes(REFUSED_STREAM_5));
});

t.test("a client that sends without waiting, or resets what it asked for, is ended", async (t) => {
  const http1 = await openHttp1(t, LIMITS, { listener: () => {} });
  const piping = await open(t, http1.port);
  piping.socket.write(GET.repeat(21));
  await until("the one is ended", () => piping.socket.closed);
  let begun = 0;
  const http2 = await openHttp2(t, LIMITS, { listener: () => begun++ });
  const resetting = await open(t, http2.port);
  const streams = Array.from({ length: 1500 }, (_, at) => 1 + 2 * at);
  const asked = streams.flatMap((stream) => [headers(stream, "GET", "/", true), reset(stream)]);
  resetting.socket.write(Buffer.concat([START, ...asked]));
  await until("the other as well", () => resetting.socket.closed);
  t.ok(begun <= 1001, `${begun} requests were begun`);
});

/** RFC 9113, 6.8 and 6.4, as Latin-1. */
const GOAWAY_WITHOUT_ERROR = "\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0";
const RST_OF_STREAM_1 = "\0\0\x04\x03\0\0\0\0\x01";
const RST_OF_STREAM_3 = "\0\0\x04\x03\0\0\0\0\x03";
const REFUSED_STREAM_5 = "\0\0\x04\x03\0\0\0\0\x05\0\0\0\x07";

async function openHttp1(
  t: Test,
  limits: ConnectionLimits,
  answering: Partial<Answering>,
  proxies?: BlockList,
) {
  const connections = new Connections(limits, proxies);
  const opened = await openHttpPort("127.0.0.1", 0, undefined, { listener: ok, ...answering }, connections);
  t.teardown(() => opened.close());
  return { port: opened.port, connections };
}

async function openHttp2(t: Test, limits: ConnectionLimits, answering: Partial<Answering>, isTls = false) {
  const connections = new Connections(limits, undefined);
  const certificate = isTls ? tls : undefined;
  const opened = await openHttp2Port(
    "127.0.0.1",
    0,
    certificate,
    { listener: ok, ...answering },
    connections,
  );
  t.teardown(() => opened.close());
  return { port: opened.port, connections };
}

async function open(t: Test, port: number, isTls = false, protocol = "h2"): Promise<Client> {
  const options = { port, host: "127.0.0.1" };
  const socket = isTls
    ? connectTls({ ...options, rejectUnauthorized: false, ALPNProtocols: [protocol] })
    : connect(options);
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  t.teardown(() => socket.destroy());
  await once(socket, isTls ? "secureConnect" : "connect");
  return { socket, received: () => text };
}

/** So many requests, and no window for their answers. */
function ask(count: number): Buffer {
  const streams = Array.from({ length: count }, (_, at) => headers(1 + 2 * at, "GET", "/", true));
  return Buffer.concat([prefaceWithWindow(0), ...streams]);
}

/** Of this process, in which both sides are. */
function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
