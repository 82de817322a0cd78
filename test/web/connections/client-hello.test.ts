import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

import t, { type Test } from "tap";

import { whenHelloArrives } from "../../../src/web/connections/client-hello.js";
import { until } from "../../support/database.js";
import { GET, LIMITS, open, openHttp1, START } from "../../support/raw-clients.js";

t.test("a ClientHello may come in pieces, over HTTP/1.1 and HTTP/2", async (t) => {
  const { port } = await openHttp1(t, LIMITS, {}, undefined, true);
  for (const [protocol, question, answer] of [
    ["http/1.1", GET, "200 OK"],
    ["h2", START, ACKNOWLEDGED_SETTINGS],
  ] as const) {
    const { socket, received } = await open(t, await openRelay(t, port), true, protocol);
    socket.write(question);
    await until(`it is answered over ${protocol}`, () => received().includes(answer));
  }
  t.pass();
});

t.test("TLS begins once the first record is whole, and reads all that has arrived", async (t) => {
  const accepted: Socket[] = [];
  let begun = 0;
  const server = createServer((socket) => {
    accepted.push(socket);
    whenHelloArrives(socket, () => begun++);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const { socket: client } = await open(t, (server.address() as AddressInfo).port);
  const record = Buffer.from([22, 3, 1, 0, 3, 7, 8, 9]);
  for (let end = 1; end < record.length; end++) {
    client.write(record.subarray(end - 1, end));
    await until("it has arrived", () => accepted[0]?.bytesRead === end);
    t.equal(begun, 0, `after ${end} bytes`);
  }
  client.write(Buffer.from([9, 10]));
  await until("TLS begins", () => begun === 1);
  t.same(accepted[0]?.read(), Buffer.from([...record, 10]));
});

t.test("a client that speaks no TLS, or leaves before it does, loses its connection at once", async (t) => {
  const { port, connections } = await openHttp1(t, LIMITS, {}, undefined, true);
  const [speaking, leaving] = [await open(t, port), await open(t, port)];
  speaking.socket.write(GET);
  await until("the one is ended", () => speaking.socket.closed);
  leaving.socket.write(Buffer.from([22, 3]));
  leaving.socket.end();
  await until("the other as well", () => connections.size === 0);
  t.pass();
});

/** RFC 9113, 6.5, as Latin-1. */
const ACKNOWLEDGED_SETTINGS = "\0\0\0\x04\x01\0\0\0\0";

/** Opens a port that passes on the first bytes of a client in pieces. */
async function openRelay(t: Test, to: number): Promise<number> {
  const relay = createServer((client) => {
    const server = connect({ port: to, host: "127.0.0.1", noDelay: true });
    t.teardown(() => [client, server].forEach((socket) => socket.destroy()));
    server.pipe(client);
    client.once("data", (hello) => {
      client.pause();
      void sendInPieces(server, hello).then(() => client.pipe(server));
    });
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  t.teardown(() => relay.close());
  return (relay.address() as AddressInfo).port;
}

/** The header of the record, which has five bytes, comes in pieces, too. */
async function sendInPieces(server: Socket, hello: Buffer): Promise<void> {
  let begin = 0;
  for (const end of [1, 4, 5, 6, 100, hello.length - 1, hello.length]) {
    server.write(hello.subarray(begin, end));
    begin = end;
    // So that the system does not put two of them together.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
