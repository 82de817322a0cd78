import { Socket } from "node:net";
import type { ServerHttp2Session } from "node:http2";

import t from "tap";

import { type HttpRequest, type HttpResponse, readBody, send } from "../../src/lib/http.js";
import { AddressUse, Connection, connectionOf } from "../../src/web/connections/connection.js";
import { limitHttp2Rate } from "../../src/web/connections/http2-rate.js";
import { HTTP2_BYTES_AT_ONCE, HTTP2_BYTES_PER_S } from "../../src/web/connections/connection-limits.js";
import { FairQueue } from "../../src/web/connections/fair-queue.js";
import { until } from "../support/database.js";
import { headers, reset } from "../support/http2-frames.js";
import { LIMITS, open, openHttp1, openHttp2, START } from "../support/raw-clients.js";

const HEAD = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 250000\r\n\r\n";

for (const isTls of [false, true]) {
  t.test(`what incomplete bodies hold beyond the limit is dropped, ${over(isTls)}`, async (t) => {
    const requests: HttpRequest[] = [];
    const limits = { ...LIMITS, bytesPerAddress: 500_000 };
    const listener = (request: HttpRequest): void => {
      requests.push(request);
      readBody(request, 256 * 1024).catch(() => {});
    };
    const { port, connections } = await openHttp1(t, limits, { listener }, undefined, isTls);
    const clients = [];
    for (let at = 0; at < 6; at++) clients.push(await open(t, port, isTls, "http/1.1"));
    for (const { socket } of clients) socket.write(HEAD + "a".repeat(240_000));
    await until("some are read no further", () => requests.filter(isDropped).length >= 4);
    t.equal(connections.size, 6, "none was ended, for its client to open the next at once");
    await until("they end some seconds later", () => connections.size <= 2);
    t.equal(requests.filter(isDropped).length, 4, "the others are within the limit");
  });
}

/** Nobody takes its body any more. */
function isDropped(request: HttpRequest): boolean {
  return request.listenerCount("data") === 0 && request.isPaused();
}

function over(isTls: boolean): string {
  return isTls ? "over TLS" : "in clear text";
}

t.test("where an HTTP/2 connection was halted, sessions of its address begin in turns", async (t) => {
  let halted: Connection | undefined;
  const listener = (request: HttpRequest, response: HttpResponse): void => {
    if ("stream" in request) halted ??= connectionOf(request.stream);
    send(response, 200, "ok", {});
  };
  const { port } = await openHttp2(t, LIMITS, { listener }, true);
  const streams = Array.from({ length: 1500 }, (_, at) => 1 + 2 * at);
  const asked = streams.flatMap((stream) => [headers(stream, "GET", "/", true), reset(stream)]);
  const first = await open(t, port, true);
  first.socket.write(Buffer.concat([START, ...asked]));
  await until("it is halted", () => halted?.haltedAt !== undefined);
  const ask = async (): Promise<void> => {
    const { socket, received } = await open(t, port, true);
    socket.write(Buffer.concat([START, headers(1, "GET", "/", true)]));
    await until("its session has begun", () => received().length > 0);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: 5 }, ask));
  t.ok(performance.now() - began > 700, "five take four fifths of a second");
});

t.test("an address's HTTP/2 connections are read no faster than its rate", (t) => {
  const { use, calls, receive } = sender();
  receive(HTTP2_BYTES_AT_ONCE);
  limitHttp2Rate(use);
  t.same(calls, [], "a burst is read");
  receive(HTTP2_BYTES_PER_S);
  limitHttp2Rate(use);
  t.same(calls, ["readStop"]);
  for (let looks = 0; looks < 11; looks++) limitHttp2Rate(use);
  t.equal(calls.at(-1), "readStart", "a second later it is read on");
  const count = calls.length;
  limitHttp2Rate(use);
  t.equal(calls.length, count, "a connection within the rate costs no call");
  t.end();
});

t.test("a proxy's HTTP/2 connections have no rate", (t) => {
  const { use, calls, receive } = sender(true);
  receive(HTTP2_BYTES_PER_S * 10);
  limitHttp2Rate(use);
  t.same(calls, []);
  t.end();
});

/** One HTTP/2 connection, whose socket counts what it is told and what it has received. */
function sender(isProxy = false) {
  const use = new AddressUse("192.0.2.1", isProxy);
  const calls: string[] = [];
  let bytesRead = 0;
  const socket = new Socket();
  Object.defineProperty(socket, "bytesRead", { get: () => bytesRead });
  Object.assign(socket, {
    _handle: { readStop: () => calls.push("readStop"), readStart: () => calls.push("readStart") },
  });
  const connection = new Connection(socket, false, use, new FairQueue(), 0);
  connection.session = {} as ServerHttp2Session;
  use.connections.add(connection);
  return { use, calls, receive: (bytes: number) => (bytesRead += bytes) };
}
