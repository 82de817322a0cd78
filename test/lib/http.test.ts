import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, request, type RequestOptions } from "node:http";
import * as http2 from "node:http2";
import { type AddressInfo, connect, type Socket } from "node:net";

import t, { type Test } from "tap";

import {
  BodyBrokenOff,
  BodyTooLarge,
  type HttpRequest,
  type HttpResponse,
  readBody,
  redirect,
  send,
  sendHead,
  sendText,
} from "../../src/lib/http.js";
import { sendBytes } from "../../src/web/answers/send-bytes.js";
import { until } from "../support/database.js";
import { data, headers, prefaceWithWindow, reset } from "../support/http2-frames.js";

const BYTES_MAX = 10;

t.test("a body of one byte more than allowed is refused, and the sender is told", async (t) => {
  const port = await serve(t, echo);
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    body: "x".repeat(BYTES_MAX + 1),
  });
  t.equal(answer.status, 413);
  t.equal(await answer.text(), "too large\n");
});

t.test("a body that is too large is refused before the rest of it has come", async (t) => {
  const port = await serve(t, echo);
  const socket = connect(port, "127.0.0.1");
  t.teardown(() => socket.destroy());
  socket.write(
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n${"x".repeat(BYTES_MAX + 1)}`,
  );
  const [start] = (await once(socket, "data")) as [Buffer];
  t.match(start.toString(), /^HTTP\/1\.1 413 /);
});

t.test("a client that sends all of a body that is too large is answered and then ended", async (t) => {
  let read: { readonly bytesRead: number } | undefined;
  const port = await serve(t, async (incoming, response) => {
    read = incoming.socket;
    response.setHeader("connection", "close");
    await echo(incoming, response);
  });
  const socket = connect(port, "127.0.0.1");
  t.teardown(() => socket.destroy());
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n${"x".repeat(BYTES_MAX + 1)}`);
  await once(socket, "data");
  socket.write("x".repeat(99 - BYTES_MAX - 1));
  await until("the service has read on", () => (read?.bytesRead ?? 0) > 99);
  socket.write("x");
  await once(socket, "end");
});

t.test("a body that is too large is refused over HTTP/2 too", async (t) => {
  const port = await serveHttp2(t, echo);
  t.same(await postHttp2(t, port, "x".repeat(BYTES_MAX + 1)), { status: 413, body: "too large\n" });
  t.same(await postHttp2(t, port, "x".repeat(BYTES_MAX)), { status: 200, body: "x".repeat(BYTES_MAX) });
});

t.test("a large body comes whole, and who leaves in the middle of it harms nobody", async (t) => {
  const body = "0123456789".repeat(100_000);
  const answer = (_: HttpRequest, response: HttpResponse): Promise<void> => {
    sendHead(response, 200, { "content-length": String(body.length) });
    sendBytes(response, Buffer.from(body));
    return Promise.resolve();
  };
  const [port, http2Port] = [await serve(t, answer), await serveHttp2(t, answer)];
  const leaver = connect(port, "127.0.0.1");
  leaver.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(leaver, "data");
  leaver.destroy();
  const session = http2.connect(`http://127.0.0.1:${http2Port}`);
  const stream = session.request({});
  await once(stream, "data");
  session.destroy();
  t.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), body);
  t.same(await postHttp2(t, http2Port, ""), { status: 200, body });
});

t.test("a body that breaks off is an error, and not that it was too large", async (t) => {
  const events = new EventEmitter();
  const port = await serve(t, async (incoming) => {
    const outcome: unknown = await readBody(incoming, BYTES_MAX).catch((error: unknown) => error);
    events.emit("read", outcome);
  });
  const socket = connect(port, "127.0.0.1");
  socket.end("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nabc");
  const [error] = (await once(events, "read")) as [unknown];
  t.ok(error instanceof BodyBrokenOff);
});

t.test("a body that breaks off over HTTP/2 is an error, never an empty body or a shorter one", async (t) => {
  const events = new EventEmitter();
  const port = await serveHttp2(t, async (incoming) => {
    events.emit("begun");
    if (incoming.url === "/late") await once(incoming, "close");
    events.emit("read", await readBody(incoming, BYTES_MAX).catch((error: unknown) => error));
  });
  const ends: Record<string, (socket: Socket) => void> = {
    "a reset without an error": (socket) => socket.write(reset(1, 0)),
    "a reset": (socket) => socket.write(reset(1)),
    "a lost connection": (socket) => socket.destroy(),
  };
  for (const [name, end] of Object.entries(ends)) {
    for (const [path, body] of [
      ["/", ""],
      ["/", "abc"],
      ["/late", "abc"],
    ] as const) {
      const socket = connect(port, "127.0.0.1");
      t.teardown(() => socket.destroy());
      const [begun, read] = [once(events, "begun"), once(events, "read")];
      const request = headers(1, "POST", path, false);
      socket.write(Buffer.concat([prefaceWithWindow(1000), request, data(1, body)]));
      await begun;
      end(socket);
      const [outcome] = (await read) as [unknown];
      t.ok(outcome instanceof BodyBrokenOff, `${name} after "${body}", read at ${path}`);
    }
  }
});

t.test("a body of exactly the allowed size arrives, in one piece or in many", async (t) => {
  const port = await serve(t, echo);
  const whole = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "0123456789" });
  t.equal(await whole.text(), "0123456789");
  const pieces = call(port, { method: "POST" });
  for (const piece of ["01", "234", "", "56789"]) pieces.write(piece);
  t.equal(await textOf(pieces.end()), "0123456789");
});

t.test("no body is an empty one", async (t) => {
  const port = await serve(t, echo);
  t.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "");
});

t.test("a header cannot be smuggled in through a redirect's address", async (t) => {
  const port = await serve(t, async (_, response) => {
    t.throws(() => redirect(response, "/done\r\nset-cookie: a=b"), { code: "ERR_INVALID_CHAR" });
    sendText(response, 500, "refused");
  });
  const answer = await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" });
  t.equal(answer.status, 500);
  t.equal(answer.headers.get("set-cookie"), null);
});

t.test("a redirect is a 303 without a body", async (t) => {
  const port = await serve(t, async (_, response) =>
    redirect(response, "https://shop.example/done?a=1&b=%C3%A9"),
  );
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "x", redirect: "manual" });
  t.equal(answer.status, 303);
  t.equal(answer.headers.get("location"), "https://shop.example/done?a=1&b=%C3%A9");
  t.equal(answer.headers.get("content-length"), "0");
  t.equal(answer.headers.get("cache-control"), "no-store");
  t.equal(answer.headers.get("referrer-policy"), "no-referrer");
});

t.test("every answer has its length in bytes, is not kept, not sniffed, and tells no referrer", async (t) => {
  const port = await serve(t, async (_, response) => sendText(response, 404, "Kein Café."));
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  t.equal(answer.status, 404);
  t.equal(await answer.text(), "Kein Café.\n");
  t.match(Object.fromEntries(answer.headers), {
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(Buffer.byteLength("Kein Café.\n")),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
});

t.test("an answer may say otherwise than every answer does", async (t) => {
  const port = await serve(t, async (_, response) => {
    send(response, 200, "{}", { "content-type": "application/json", "cache-control": "max-age=60" });
  });
  const { headers } = await fetch(`http://127.0.0.1:${port}/`);
  t.equal(headers.get("content-type"), "application/json");
  t.equal(headers.get("cache-control"), "max-age=60");
  t.equal(headers.get("x-content-type-options"), "nosniff");
});

type Handler = (incoming: HttpRequest, response: HttpResponse) => Promise<void>;

/** Answers with the body, or with 413. */
async function echo(incoming: HttpRequest, response: HttpResponse): Promise<void> {
  try {
    send(response, 200, (await readBody(incoming, BYTES_MAX)).toString(), {});
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    sendText(response, 413, "too large");
  }
}

/** Serves on a free port until the test ends; resolves to the port. */
async function serve(t: Test, handler: Handler): Promise<number> {
  const server = createServer((incoming, response) => void handler(incoming, response));
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function serveHttp2(t: Test, handler: Handler): Promise<number> {
  const server = http2.createServer((incoming, response) => void handler(incoming, response));
  t.teardown(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function postHttp2(t: Test, port: number, body: string): Promise<{ status: unknown; body: string }> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  t.teardown(() => session.destroy());
  const stream = session.request({ ":method": "POST" }).setEncoding("utf8").end(body);
  const [headers] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
  return { status: headers[":status"], body: (await stream.toArray()).join("") };
}

function call(port: number, options: RequestOptions): ReturnType<typeof request> {
  return request({ port, host: "127.0.0.1", ...options });
}

async function textOf(sent: ReturnType<typeof request>): Promise<string> {
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return (await answer.setEncoding("utf8").toArray()).join("");
}
