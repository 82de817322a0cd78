import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";

import t from "tap";

import { until } from "../support/database.js";
import { GET, LIMITS, open, openHttp1 } from "../support/raw-clients.js";

t.test("of requests sent ahead of their responses Node parses no more than are allowed", async (t) => {
  let parsed = 0;
  const count = (): void => void parsed++;
  subscribe("http.server.request.start", count);
  t.teardown(() => unsubscribe("http.server.request.start", count));
  for (const isTls of [false, true]) {
    const { port } = await openHttp1(t, LIMITS, { listener: () => {} }, undefined, isTls);
    const { socket } = await open(t, port, isTls, "http/1.1");
    parsed = 0;
    socket.write(GET.repeat(2000));
    await until("it is ended", () => socket.closed);
    t.ok(parsed <= 21, `${parsed} were parsed`);
  }
});

t.test("nor where each is refused before it is counted", async (t) => {
  let parsed = 0;
  const count = (): void => void parsed++;
  subscribe("http.server.request.start", count);
  t.teardown(() => unsubscribe("http.server.request.start", count));
  const { port } = await openHttp1(t, LIMITS, {});
  const { socket, received } = await open(t, port);
  socket.write("GET / HTTP/1.1\r\nhost: a\r\nexpect: more\r\n\r\n".repeat(1000));
  await until("it is ended", () => socket.closed);
  t.match(received(), /^HTTP\/1.1 417 /);
  t.equal(parsed, 1);
});

t.test("a request sent ahead begins once the one before it is answered", async (t) => {
  const begun: ServerResponse[] = [];
  const { port } = await openHttp1(t, LIMITS, {
    listener: (_, response) => begun.push(response as ServerResponse),
  });
  const { socket, received } = await open(t, port);
  socket.write(GET.repeat(3));
  for (const number of [1, 2, 3]) {
    await until(`number ${number} begins`, () => begun.length === number);
    begun[number - 1]?.end(`answer ${number}`);
    await until(`number ${number} is answered`, () => received().includes(`answer ${number}`));
  }
  t.notOk(socket.closed);
});

t.test("requests that wait behind another do not begin once their client is gone", async (t) => {
  let begun = 0;
  const { port, connections } = await openHttp1(t, LIMITS, { listener: () => begun++ });
  const { socket } = await open(t, port);
  socket.write(GET.repeat(3));
  await until("the first begins", () => begun === 1);
  socket.destroy();
  await until("the connection is gone", () => connections.size === 0);
  t.equal(begun, 1);
});
