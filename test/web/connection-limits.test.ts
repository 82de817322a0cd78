import type { ServerResponse } from "node:http";
import { BlockList } from "node:net";

import t from "tap";

import type { Answering } from "../../src/web/ports/admission.js";
import { connectionLimits } from "../../src/web/connections/connection-limits.js";
import { until } from "../support/database.js";
import { headers, prefaceWithWindow, reset } from "../support/http2-frames.js";
import { GET, LIMITS, open, openHttp1, openHttp2, START } from "../support/raw-clients.js";

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

t.test("one address has half of the connections: 2000, or fewer where descriptors are few", async (t) => {
  for (const [descriptors, asked, all, perAddress] of [
    [1_048_576, undefined, 4000, 2000],
    [4200, undefined, 4000, 2000],
    [1024, undefined, 824, 412],
    [1_048_576, 100, 100, 50],
    [1_048_576, 100_000, 100_000, 2000],
    [10, undefined, 2, 1],
  ] as const) {
    const { connections, connectionsPerAddress } = connectionLimits(descriptors, asked);
    t.same(
      [connections, connectionsPerAddress],
      [all, perAddress],
      `${descriptors} files, ${asked} asked for`,
    );
  }
});

t.test("an address that has all its places gives the longest idle one to a new client", async (t) => {
  const limits = { ...LIMITS, connectionsPerAddress: 3, connections: 3 };
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

t.test("a client that gave way to newer ones keeps its connection until others need it", async (t) => {
  const limits = { ...LIMITS, connectionsPerAddress: 2, connections: 3 };
  const { port, connections } = await openHttp1(t, limits, {});
  const first = await open(t, port);
  const others = [await open(t, port), await open(t, port)];
  await until("the third has the first one's place", () => connections.size === 3);
  const newest = await open(t, port);
  newest.socket.write(GET);
  await until("the newest is answered", () => newest.received().includes("200"));
  await until("the first is ended", () => first.socket.closed);
  t.same(
    others.map(({ socket }) => socket.closed),
    [false, false],
  );
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

t.test("calls of an address that gives them up at once are not begun", async (t) => {
  let begun = 0;
  const { port } = await openHttp2(t, LIMITS, { listener: () => begun++ });
  const asked = [...Array(100).keys()].flatMap((at) => [
    headers(1 + 2 * at, "GET", "/", true),
    reset(1 + 2 * at),
  ]);
  const first = await open(t, port);
  first.socket.write(Buffer.concat([START, ...asked]));
  await until("the first are begun", () => begun > 0);
  const second = await open(t, port);
  const before = begun;
  second.socket.write(Buffer.concat([START, ...asked, headers(201, "GET", "/", true)]));
  await until("the one that stands is begun", () => begun > before);
  t.equal(begun, before + 1);
});

t.test(
  "a connection has so many streaming calls, and ends where it asks for more again and again",
  async (t) => {
    const limits = { ...LIMITS, streamingPerConnection: 1 };
    const answering = { listener: () => {}, streamingPaths: new Set(["/Watch"]) };
    const { port } = await openHttp2(t, limits, answering);
    const [modest, greedy] = await Promise.all([open(t, port), open(t, port)]);
    modest.socket.write(Buffer.concat([START, ...watches(3)]));
    greedy.socket.write(Buffer.concat([START, ...watches(30)]));
    await until("the third is refused", () => modest.received().includes(CALMED_STREAM_5));
    await until("the greedy one is ended", () => greedy.socket.closed);
    t.notOk(modest.received().includes(RST_OF_STREAM_1));
    t.notOk(modest.socket.closed);
  },
);

t.test("streams with an API key that are being answered take no place of a call", async (t) => {
  const begun = { streams: 0, calls: 0 };
  const answering: Answering = {
    listener: ({ url }, response) => {
      if (url === "/Events") (response as ServerResponse).writeHead(200).write("{}\n");
      begun[url === "/Events" ? "streams" : "calls"]++;
    },
    keyedStreamingPaths: new Set(["/Events"]),
  };
  const limits = { ...LIMITS, requestsPerAddress: 3, streamingPerConnection: 1, streamingPerAddress: 1 };
  const { port, connections } = await openHttp2(t, limits, answering);
  const { socket } = await open(t, port);
  const streams = [0, 1, 2].map((at) => headers(1 + 2 * at, "GET", "/Events", true));
  socket.write(Buffer.concat([START, ...streams]));
  await until(
    "all three are answered, and count no longer",
    () => begun.streams === 3 && connections.requests === 0,
  );
  const other = await open(t, port);
  other.socket.write(Buffer.concat([START, headers(1, "GET", "/", true)]));
  await until("a call begins beside them", () => begun.calls === 1);
  socket.write(Buffer.concat([reset(1), reset(3)]));
  for (const client of [socket, other.socket]) client.destroy();
  await until("all is over", () => connections.size === 0 && connections.requests === 0);
  t.equal(connections.requests, 0, "each is counted out once");
});

t.test("an address with many connections of HTTP/2 is given fewer streams on each", async (t) => {
  const { port } = await openHttp2(t, { ...LIMITS, requestsPerAddress: 60 }, { listener: () => {} });
  const clients = [await open(t, port), await open(t, port)];
  for (const { socket } of clients) socket.write(START);
  for (const [at, streams] of ["\0\0\0\x3c", "\0\0\0\x1e"].entries()) {
    const told = `\0\x03${streams}`;
    await until(`connection ${at} is told`, () => clients[at]?.received().includes(told) ?? false);
  }
  t.pass();
});

/** Frames of RFC 9113, 6.4 and 6.8, as Latin-1. */
const RST_OF_STREAM_1 = "\0\0\x04\x03\0\0\0\0\x01";
const CALMED_STREAM_5 = "\0\0\x04\x03\0\0\0\0\x05\0\0\0\x0b";
const REFUSED_STREAM_5 = "\0\0\x04\x03\0\0\0\0\x05\0\0\0\x07";

/** So many requests, and no window for their answers. */
function ask(count: number): Buffer {
  const streams = Array.from({ length: count }, (_, at) => headers(1 + 2 * at, "GET", "/", true));
  return Buffer.concat([prefaceWithWindow(0), ...streams]);
}

function watches(count: number): Buffer[] {
  return Array.from({ length: count }, (_, at) => headers(1 + 2 * at, "POST", "/Watch", true));
}

t.test(
  "a client whose handshake is under way keeps its place, where others have had an answer",
  async (t) => {
    const { port } = await openHttp1(t, { ...LIMITS, connectionsPerAddress: 3 }, {});
    const used = [await open(t, port), await open(t, port)];
    for (const { socket, received } of used) {
      socket.write(GET);
      await until("it is answered", () => received().includes("200"));
    }
    const fresh = await open(t, port);
    const newest = await open(t, port);
    newest.socket.write(GET);
    await until("the newest is answered", () => newest.received().includes("200"));
    fresh.socket.write(GET);
    await until("the other as well", () => fresh.received().includes("200"));
    t.ok(used[0]?.socket.closed, "the longest idle one was ended");
  },
);
