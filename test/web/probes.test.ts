import t from "tap";

import type { Answering } from "../../src/web/ports/admission.js";
import { until } from "../support/database.js";
import { data, headers } from "../support/http2-frames.js";
import { GET, LIMITS, open, openHttp1, openHttp2, START } from "../support/raw-clients.js";

const probePaths = new Set(["/healthz"]);
const PROBE = "GET /healthz?from=here HTTP/1.1\r\nhost: a\r\n\r\n";

/** Answers the probe, and nothing else. */
const listener: Answering["listener"] = (request, response) => {
  if (request.url?.startsWith("/healthz") === true) (response as { end(text: string): void }).end("alive");
};

t.test("a probe is answered while its address has all the requests under way that it may have", async (t) => {
  const limits = { ...LIMITS, requestsPerAddress: 1 };
  const http1 = await openHttp1(t, limits, { listener, probePaths });
  const [busy, other, probe] = [
    await open(t, http1.port),
    await open(t, http1.port),
    await open(t, http1.port),
  ];
  busy.socket.write(GET);
  await until("the limit is reached", () => {
    if (other.received() === "") other.socket.write(GET);
    return other.received().includes("503");
  });
  probe.socket.write(PROBE);
  await until("the probe is answered", () => probe.received().includes("alive"));
  const http2 = await openHttp2(t, limits, { listener, probePaths });
  const [full, asking] = [await open(t, http2.port), await open(t, http2.port)];
  full.socket.write(Buffer.concat([START, headers(1, "GET", "/", true)]));
  await until("the limit is reached", () => http2.connections.requests === 1);
  asking.socket.write(Buffer.concat([START, headers(1, "GET", "/healthz", true)]));
  await until("also over HTTP/2", () => asking.received().includes("alive"));
  t.notOk(busy.socket.closed);
});

t.test("connections whose clients keep the service waiting make room for a new one", async (t) => {
  const limits = { ...LIMITS, connectionsPerAddress: 2 };
  const http1 = await openHttp1(t, limits, { listener, probePaths });
  const slow = await open(t, http1.port);
  slow.socket.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1234");
  const working = await open(t, http1.port);
  working.socket.write(GET);
  await until("both are under way", () => http1.connections.requests === 2);
  const probe = await open(t, http1.port);
  probe.socket.write(PROBE);
  await until("the new one is answered", () => probe.received().includes("alive"));
  await until("the slow one has ended", () => slow.socket.closed);
  t.notOk(working.socket.closed);
});

t.test("an HTTP/2 connection makes room only where all its streams wait for the client", async (t) => {
  const limits = { ...LIMITS, connectionsPerAddress: 2 };
  const http2 = await openHttp2(t, limits, { listener, probePaths });
  const [half, slow] = [await open(t, http2.port), await open(t, http2.port)];
  const body = Buffer.concat([headers(1, "POST", "/", false), data(1, "1234")]);
  half.socket.write(Buffer.concat([START, body, headers(3, "GET", "/", true)]));
  slow.socket.write(Buffer.concat([START, body]));
  await until("all are under way", () => http2.connections.requests === 3);
  const probe = await open(t, http2.port);
  probe.socket.write(Buffer.concat([START, headers(1, "GET", "/healthz", true)]));
  await until("the new one is answered", () => probe.received().includes("alive"));
  await until("the slow one has ended", () => slow.socket.closed);
  t.notOk(half.socket.closed);
});
