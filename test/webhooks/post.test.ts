import { readFileSync } from "node:fs";
import https from "node:https";
import net, { type AddressInfo } from "node:net";

import t, { type Test } from "tap";

import type { ResolveHost } from "../../src/lib/hosts/host-addresses.js";
import { createPoster, type WebhookPoster } from "../../src/webhooks/post.js";
import { untilQuiet } from "../support/quiet-connections.js";
import { startReceiver } from "../support/receiver.js";

const LIMIT_MS = 300;
const forever = new AbortController().signal;
const loopback: ResolveHost = () => Promise.resolve(["127.0.0.1"]);

function poster(t: Test, resolve: ResolveHost = loopback, timeLimitMs = LIMIT_MS): WebhookPoster {
  const made = createPoster({ resolve, timeLimitMs, ca: readFileSync("test/fixtures/localhost.cert.pem") });
  t.teardown(made.close);
  return made;
}

const request = (url: string, local = true) => ({
  url,
  headers: { "content-type": "application/json" },
  body: Buffer.from('{"a":"é"}'),
  local,
});

t.test("an answer has its status, the first kilobyte of its body, and how long it took", async (t) => {
  const receiver = await startReceiver(t);
  receiver.answer = (response) => response.writeHead(503, { "retry-after": "7" }).end("x".repeat(5000));
  const answer = await poster(t, loopback, 5_000).post(request(`${receiver.url}/hook?a=1`), forever);
  t.match(answer, { status: 503, retryAfter: "7", failure: undefined });
  t.equal(answer.body?.length, 1024);
  t.match(receiver.received, [{ path: "/hook?a=1", body: '{"a":"é"}' }]);
});

t.test("redirects are answers like any other", async (t) => {
  const receiver = await startReceiver(t);
  receiver.answer = (response) => response.writeHead(302, { location: `${receiver.url}/other` }).end();
  t.equal((await poster(t).post(request(receiver.url), forever)).status, 302);
  t.equal(receiver.received.length, 1);
});

t.test("connections are used again, and one that was closed meanwhile is no failure", async (t) => {
  const receiver = await startReceiver(t);
  const { post } = poster(t);
  for (let round = 0; round < 3; round++) {
    t.equal((await post(request(receiver.url), forever)).status, 200);
    await untilQuiet();
  }
  t.equal(receiver.connections(), 1);
  receiver.answer = (response, { path }) =>
    path === "/cut" && receiver.received.length === 4 ? response.socket?.destroy() : response.end();
  t.equal((await post(request(`${receiver.url}/cut`), forever)).status, 200);
});

t.test("an endless body ends the connection after a kilobyte, and the status counts", async (t) => {
  const receiver = await startReceiver(t);
  receiver.answer = (response) => {
    const more = (): void =>
      void (response.destroyed || response.write("y".repeat(4096), () => setImmediate(more)));
    more();
  };
  const answer = await poster(t).post(request(receiver.url), forever);
  t.match(answer, { status: 200, failure: undefined });
  t.ok(answer.durationMs < LIMIT_MS);
});

t.test("whatever does not end is broken off at the limit", async (t) => {
  const receiver = await startReceiver(t);
  const { post } = poster(t);
  receiver.answer = () => undefined;
  const silent = await post(request(receiver.url), forever);
  t.match(silent, { status: undefined, failure: "no answer within 0.3 seconds" });
  receiver.answer = (response) => response.write("begun");
  const open = await post(request(receiver.url), forever);
  t.match(open, { status: 200, failure: undefined }, "the status is known: it counts");
  t.equal(String(open.body), "begun");
  const stop = new AbortController();
  receiver.answer = () => stop.abort();
  t.match(await post(request(receiver.url), stop.signal), { failure: "the attempt was broken off" });
});

t.test("a host that is not there, and an answer that is not HTTP, are failures in words", async (t) => {
  const server = net.createServer((socket) =>
    socket
      .on("error", () => undefined)
      .resume()
      .end("nonsense\r\n\r\n"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { post } = poster(t);
  t.match(await post(request(`http://127.0.0.1:${port}`), forever), { failure: "the answer is not HTTP" });
  await new Promise((resolve) => server.close(resolve));
  t.match(await post(request(`http://127.0.0.1:${port}`), forever), {
    failure: "the connection was refused",
  });
});

t.test("an address that is not allowed is never connected to, literal or resolved", async (t) => {
  const receiver = await startReceiver(t);
  const { port } = new URL(receiver.url);
  const { post } = poster(t);
  for (const host of ["127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "hook.example.com", "localhost"]) {
    const { status, failure } = await post(request(`http://${host}:${port}/`, false), forever);
    t.equal(status, undefined, host);
    t.match(failure, /not (an address |a name )?on the public internet/, host);
  }
  for (const host of ["0.0.0.0", "[::]"])
    t.match(await post(request(`http://${host}:${port}/`), forever), { status: undefined }, host);
  t.equal(receiver.connections(), 0);
});

t.test("a name that turns private between two looks is looked at when it is connected to", async (t) => {
  const receiver = await startReceiver(t);
  const { port } = new URL(receiver.url);
  let looks = 0;
  const { post } = poster(t, () => Promise.resolve([looks++ === 0 ? "93.184.215.14" : "127.0.0.1"]), 50);
  await post(request(`http://turns.example.com:${port}/`, false), forever);
  t.match(await post(request(`http://turns.example.com:${port}/`, false), forever), {
    failure: /not on the public/,
  });
  t.equal(looks, 2, "one look for each connection, and that address is the one connected to");
  t.equal(receiver.connections(), 0);
});

t.test("a name that is resolved after the limit is not connected to", async (t) => {
  const receiver = await startReceiver(t);
  const { port } = new URL(receiver.url);
  const looks: ((addresses: readonly string[]) => void)[] = [];
  const { post } = poster(t, () => new Promise((resolve) => looks.push(resolve)), 50);
  t.match(await post(request(`http://hook.example.com:${port}/`), forever), {
    failure: "no answer within 0.05 seconds",
  });
  for (const found of looks) found(["127.0.0.1"]);
  await untilQuiet();
  t.equal(looks.length, 1);
  t.equal(receiver.connections(), 0);
});

t.test("a connection that test mode has open is not used for live mode", async (t) => {
  const receiver = await startReceiver(t);
  const { port } = new URL(receiver.url);
  const { post } = poster(t);
  t.equal((await post(request(`http://hook.example.com:${port}/`, true), forever)).status, 200);
  t.match(await post(request(`http://hook.example.com:${port}/`, false), forever), { status: undefined });
  t.equal(receiver.received.length, 1);
});

t.test("over TLS the name is checked against the certificate", async (t) => {
  const [cert, key] = ["cert", "key"].map((part) => readFileSync(`test/fixtures/localhost.${part}.pem`));
  const server = https.createServer({ cert: cert ?? "", key: key ?? "" }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { post } = poster(t, loopback, 5_000);
  t.match(await post(request(`https://localhost:${port}/`), forever), { status: 200 });
  t.match(await post(request(`https://hook.example.com:${port}/`), forever), {
    failure: "the certificate is for another host",
  });
});
