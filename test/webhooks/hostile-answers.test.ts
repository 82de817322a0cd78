import { readFileSync } from "node:fs";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

import t, { type Test } from "tap";

import { createPoster, type WebhookAnswer } from "../../src/webhooks/post.js";
import { untilQuiet } from "../support/quiet-connections.js";

// Endpoints that answer something else than HTTP means, or without end: each attempt ends, and the next is not misled.

const LIMIT_MS = 400;

/** A server of an endpoint that does this with each connection, and answers so often as it is sent a request. */
async function startEndpoint(t: Test, answer: (socket: Socket, request: number) => void): Promise<string> {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    socket.on("data", (chunk: Buffer) => {
      if (chunk.includes("POST /")) answer(socket, ++requests);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function posterOf(t: Test): (url: string) => Promise<WebhookAnswer> {
  const { post, close } = createPoster({
    resolve: () => Promise.resolve(["127.0.0.1"]),
    timeLimitMs: LIMIT_MS,
    ca: readFileSync("test/fixtures/localhost.cert.pem"),
  });
  t.teardown(close);
  const request = { headers: {}, body: Buffer.from("{}"), local: true };
  return (url) => post({ ...request, url }, new AbortController().signal);
}

/** Writes a piece again and again, until the connection is closed. */
function withoutEnd(socket: Socket, piece: string, pauseMs: number): void {
  const timer = setInterval(() => socket.write(piece), pauseMs);
  socket.once("close", () => clearInterval(timer));
}

const ENDLESS: Readonly<Record<string, (socket: Socket) => void>> = {
  "headers without end": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    withoutEnd(socket, "x-more: of them\r\n", 20);
  },
  "interim answers without end": (socket) => withoutEnd(socket, "HTTP/1.1 103 Early Hints\r\n\r\n", 5),
  "a status line, and nothing more": (socket) => void socket.write("HTTP/1.1 200 OK\r\n"),
  "a byte now and then": (socket) => withoutEnd(socket, "H", 100),
};

for (const [what, answer] of Object.entries(ENDLESS)) {
  t.test(`${what}: no answer, at the limit`, async (t) => {
    const { status, failure, durationMs } = await posterOf(t)(await startEndpoint(t, answer));
    t.equal(status, undefined);
    t.match(failure, /no answer within|is not HTTP|more than 10 interim answers/);
    t.ok(durationMs < 20 * LIMIT_MS, `${durationMs} ms`);
  });
}

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const NO = "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n";
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const HINTS = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";

const ODD: Readonly<Record<string, readonly [answer: string | Buffer, expected: Partial<WebhookAnswer>]>> = {
  "a change of protocol": [
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    {},
  ],
  "ten interim answers": [`${CONTINUE.repeat(5)}${HINTS.repeat(5)}${OK}`, { status: 200 }],
  "eleven of them": [`${CONTINUE.repeat(11)}${OK}`, {}],
  "a 100 in the place of an answer's body": [
    `HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\nHTTP/1.1 100`,
    { status: 200, body: Buffer.from("HTTP/1.1 100") },
  ],
  "headers of 20 kB": [`HTTP/1.1 200 OK\r\nx: ${"a".repeat(20_000)}\r\n\r\n`, {}],
  "a negative length": ["HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", {}],
  "an answer of HTTP/2": [Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]), {}],
  "a status of four digits": ["HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n", {}],
  "a body that ends early": ["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", { status: 200 }],
  "no body for 204, and more behind it": [
    "HTTP/1.1 204 None\r\n\r\nHTTP/1.1 500 No\r\n\r\n",
    { status: 204 },
  ],
};

for (const [what, [answer, expected]] of Object.entries(ODD)) {
  t.test(`${what}: ${expected.status ?? "no answer"}, and the attempt ends`, async (t) => {
    const url = await startEndpoint(t, (socket) => socket.end(answer));
    const { status, failure, body } = await posterOf(t)(url);
    t.equal(status, expected.status);
    if (expected.body !== undefined) t.same(body, expected.body);
    if (status === undefined) t.type(failure, "string");
  });
}

t.test("an endpoint that sends 100 Continue unasked, cut anywhere, is answered for each event", async (t) => {
  const sockets: Socket[] = [];
  const url = await startEndpoint(t, (socket, request) => {
    sockets.push(socket);
    const answer = `HTTP/1.1 100 Continue\r\nx-a: b\r\n\r\n${request === 2 ? NO : OK}`;
    const cutAt = request * 6;
    socket.write(answer.slice(0, cutAt));
    setTimeout(() => socket.write(answer.slice(cutAt)), 5);
  });
  const post = posterOf(t);
  const statuses: (number | undefined)[] = [];
  for (let request = 1; request <= 7; request++) {
    statuses.push((await post(url)).status);
    await untilQuiet();
  }
  t.same(statuses, [200, 500, 200, 200, 200, 200, 200]);
  t.equal(new Set(sockets).size, 1, "on one connection");
});

t.test("a compressed body is not unpacked: a kilobyte of it is kept as it is", async (t) => {
  const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
  const url = await startEndpoint(t, (socket) => socket.end(Buffer.concat([Buffer.from(head), bomb])));
  const { status, body } = await posterOf(t)(url);
  t.equal(status, 200);
  t.same(body, bomb.subarray(0, 1024));
});

t.test("a second answer to one request is not taken for that to the next", async (t) => {
  const sockets: Socket[] = [];
  const url = await startEndpoint(t, (socket, request) => {
    sockets.push(socket);
    socket.write(request === 3 ? NO : OK);
  });
  const post = posterOf(t);
  t.equal((await post(url)).status, 200);
  await untilQuiet();
  t.equal((await post(url)).status, 200);
  t.equal(sockets[0], sockets[1], "the connection is kept");
  const over = new Promise((resolve) => setTimeout(resolve, LIMIT_MS));
  const closed = new Promise((resolve) => sockets[1]?.once("close", resolve));
  sockets[1]?.write(OK);
  await Promise.race([closed, over]);
  t.equal((await post(url)).status, 500);
  t.not(sockets[2], sockets[1]);
});

for (const pauseMs of [0, 5]) {
  t.test(`nor is one that comes soon behind the first, ${pauseMs} ms before the next request`, async (t) => {
    const url = await startEndpoint(t, (socket, request) => {
      if (request === 1) socket.write(OK);
      setTimeout(() => socket.write(request === 1 ? OK : NO), request === 1 ? pauseMs + 1 : LIMIT_MS / 4);
    });
    const post = posterOf(t);
    t.equal((await post(url)).status, 200);
    if (pauseMs > 0) await sleep(pauseMs);
    t.equal((await post(url)).status, 500);
  });
}

t.test("whatever comes while no request is under way closes the connection", async (t) => {
  const sockets: Socket[] = [];
  const url = await startEndpoint(t, (socket) => {
    sockets.push(socket);
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  });
  const post = posterOf(t);
  for (const piece of ["H", "\0", "5\r\n"]) {
    t.equal((await post(url)).status, 200);
    await untilQuiet();
    const last = sockets.at(-1);
    const closed = new Promise((resolve) => last?.once("close", resolve));
    last?.write(piece);
    await closed;
    t.equal((await post(url)).status, 200, JSON.stringify(piece));
    t.not(sockets.at(-1), last);
    await untilQuiet();
  }
});

t.test("a request is sent once more where a kept connection is closed, unless it was answered", async (t) => {
  const ends = ["", "HTTP/1.1 2"];
  let requests = 0;
  const url = await startEndpoint(t, (socket, request) => {
    requests = request;
    const end = request % 2 === 0 ? ends.shift() : undefined;
    if (end === undefined) socket.write(OK);
    else socket.end(end);
  });
  const post = posterOf(t);
  t.equal((await post(url)).status, 200);
  await untilQuiet();
  t.equal((await post(url)).status, 200, "closed without a byte");
  t.equal(requests, 3);
  await untilQuiet();
  t.match(await post(url), { status: undefined, failure: "the connection was closed before an answer came" });
  t.equal(requests, 4, "it has begun to answer: that attempt is over");
});

t.test("of a host's connections the one that was used last is used again", async (t) => {
  const sockets: Socket[] = [];
  const url = await startEndpoint(t, (socket, request) => {
    sockets.push(socket);
    // The first two wait for each other, so that there are two connections.
    const answered = request > 2 ? [socket] : sockets.slice(0, request === 2 ? 2 : 0);
    for (const each of answered) each.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  });
  const post = posterOf(t);
  await Promise.all([post(url), post(url)]);
  for (let more = 0; more < 2; more++) {
    await untilQuiet();
    await post(url);
  }
  t.not(sockets[0], sockets[1]);
  t.equal(sockets[3], sockets[2]);
});

t.test("a variable of the environment does not turn the check of certificates off", async (t) => {
  const [cert, key] = ["cert", "key"].map((part) => readFileSync(`test/fixtures/localhost.${part}.pem`));
  const server = https.createServer({ cert: cert ?? "", key: key ?? "" }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env;
  t.teardown(() => {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  });
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  const { port } = server.address() as AddressInfo;
  t.match(await posterOf(t)(`https://hook.example.com:${port}/`), {
    status: undefined,
    failure: "the certificate is for another host",
  });
});
