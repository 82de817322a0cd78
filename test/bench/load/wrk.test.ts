import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";

import t, { type Test } from "tap";

import { listen } from "../../support/listen.js";
import { HttpConnection, httpRequest } from "./http-connection.js";
import { type WrkWork, wrkLoop } from "./wrk.js";

const REQUESTS = ["/a", "/b"].map((path) => httpRequest("POST", path, {}, `of ${path} — ü`));

/** Work for servers of the test's own. */
async function workFor(t: Test, ...listeners: RequestListener[]): Promise<WrkWork> {
  const urls = await Promise.all(listeners.map((listener) => listen(t, listener)));
  const ports = urls.map((url) => Number(new URL(url).port));
  return { ports, connections: 2 * ports.length, requests: REQUESTS, texts: ["right", "{well}"] };
}

t.test("one wrong answer among right ones ends the measurement", async (t) => {
  for (const [status, body] of [
    [200, "right, and {unwell}"],
    [404, "right {well}"],
  ] as const) {
    const work = await workFor(t, rightBut(status, body));
    await t.rejects(wrkLoop(work, 1), { message: new RegExp(`A wrong answer: ${status} ${body}\n`) });
  }
});

/** Every answer is right but the twentieth. */
function rightBut(status: number, body: string): RequestListener {
  let calls = 0;
  return (_, response) => {
    calls++;
    if (calls === 20) response.writeHead(status).end(body);
    else response.end("right {well}");
  };
}

t.test("one error or another length ends the measurement where lengths are counted", async (t) => {
  for (const [status, body, message] of [
    [404, "right {well}", /^1 answers of 400 and above/],
    [200, "right, and {unwell}", /^Not \d+ answers of \d+ bytes/],
  ] as const) {
    const work = await countedWork(t, rightBut(status, body));
    await t.rejects(wrkLoop(work, 0.1), { message });
  }
});

t.test("answers of equal length are right where lengths are counted", async (t) => {
  const work = await countedWork(t, (_, response) => response.end("right {well}"));
  const { calls } = await wrkLoop(work, 0.1);
  t.ok(calls > 0, `${calls} calls`);
});

/** Work whose answers are as long as the first one. */
async function countedWork(t: Test, listener: RequestListener): Promise<WrkWork> {
  const work = await workFor(t, listener);
  const connection = await HttpConnection.open(work.ports[0] ?? 0);
  const { bytes } = await connection.send(REQUESTS[0] ?? Buffer.of());
  connection.close();
  return { ...work, answerBytes: bytes };
}

t.test("a connection that breaks ends the measurement", async (t) => {
  let calls = 0;
  const work = await workFor(t, (request, response) => {
    calls++;
    if (calls === 20) request.socket.destroy();
    else response.end("right {well}");
  });
  await t.rejects(wrkLoop(work, 1), { message: /^1 errors of sockets/ });
});

t.test("a server that says nothing ends the measurement", async (t) => {
  const work = await workFor(t, () => {});
  await t.rejects(wrkLoop(work, 1), { message: /^No answer:/ });
});

t.test("a server that is slow to begin with is measured from its first answer on", async (t) => {
  for (const workOf of [workFor, countedWork]) {
    let slow = 0;
    const work = await workOf(t, (_, response) => {
      slow--;
      setTimeout(() => response.end("right {well}"), slow >= 0 ? SLOW_MS : 0);
    });
    slow = work.connections;
    const { calls } = await wrkLoop(work, 0.1);
    t.ok(calls > work.connections, `${calls} calls`);
  }
});

/** Longer than is measured. */
const SLOW_MS = 400;

t.test("a server that is not there ends the measurement at once", async (t) => {
  const there = await workFor(t, (_, response) => response.end("right {well}"));
  const work = { ...there, ports: [1, ...there.ports] };
  await t.rejects(wrkLoop(work, 60), { message: /unable to connect/ });
});

t.test("every server gets the requests in turn, as they were made", async (t) => {
  const seen: string[][] = [[], []];
  const work = await workFor(
    t,
    ...seen.map((own): RequestListener => async (request, response) => {
      own.push(`${request.method} ${request.url} ${await text(request)}`);
      response.end("right {well}");
    }),
  );
  const { calls, seconds } = await wrkLoop(work, 0.1);
  t.ok(seconds >= 0.1 && seconds < 1, `${seconds} s`);
  // What was under way when the time was up is not counted.
  const sent = seen.flat().length;
  t.ok(calls > 0 && calls <= sent && calls >= sent - work.connections, `${calls} of ${sent}`);
  for (const own of seen) {
    const one = own.filter((request) => request === "POST /a of /a — ü").length;
    const other = own.filter((request) => request === "POST /b of /b — ü").length;
    t.equal(one + other, own.length);
    t.ok(Math.abs(one - other) <= work.connections, `${one} and ${other}`);
  }
});
