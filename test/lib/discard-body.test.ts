import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

import t, { type Test } from "tap";

import { discardBody } from "../../src/lib/discard-body.js";
import { until } from "../support/database.js";

/** A server that answers at once and drops the body. */
async function serve(t: Test): Promise<{ readonly port: number; readonly requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    discardBody(request);
    response.writeHead(401, { "content-length": 2 }).end("no");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, requests };
}

/** A client that has sent the head of a request whose body has so many bytes. */
function send(t: Test, port: number, bytes: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  t.teardown(() => socket.destroy());
  socket.write(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${bytes}\r\n\r\n`);
  return socket;
}

const received = (socket: Socket) => (socket.on("data", () => {}), socket);

await t.test("a client that sends all before it reads sees why it is refused, and asks again", async (t) => {
  const { port, requests } = await serve(t);
  const size = 3_000_000;
  const socket = send(t, port, size);
  await new Promise((resolve) => socket.write(Buffer.alloc(size), resolve));
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await until("the response is read", () => text.includes("401"));
  socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  await until("the next request is answered", () => requests.length === 2);
});

await t.test("bodies that nobody wants leave most of the time to others, and are all read", async (t) => {
  const { port, requests } = await serve(t);
  const clients = Array.from({ length: 100 }, () => received(send(t, port, 15_000_000)));
  for (const client of clients) sendOn(client);
  await until("all are answered", () => requests.length === clients.length);
  const sum = () => requests.reduce((all, request) => all + read(request), 0);
  const [before, began] = [sum(), performance.now()];
  await until("they are read on", () => sum() - before > 60_000_000);
  const ms = performance.now() - began;
  t.ok((sum() - before) / ms < 150_000, "at 100 MB a second");
  await until("each has had its turns", () => requests.every((request) => read(request) > 500_000));
});

/** Sends without end, as fast as it is read. */
function sendOn(socket: Socket): void {
  const piece = Buffer.alloc(100_000);
  const write = (): void => {
    while (socket.write(piece));
  };
  socket.on("drain", write);
  write();
}

await t.test(
  "a body that has no end is read no further, and its connection ends some seconds later",
  async (t) => {
    const { port, requests } = await serve(t);
    const socket = received(send(t, port, 100_000_000));
    const piece = Buffer.alloc(1_000_000);
    for (let written = 0; written < 40; written++) socket.write(piece);
    await until(
      "it is not read any more",
      () => requests[0]?.isPaused() === true && read(requests[0]) > 16_000_000,
    );
    t.ok(read(requests[0]) < 20_000_000);
    t.notOk(requests[0]?.destroyed);
    await until("it is cut off", () => requests[0]?.destroyed === true);
  },
);

function read(request: IncomingMessage | undefined): number {
  return request?.socket.bytesRead ?? 0;
}
