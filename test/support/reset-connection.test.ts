import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

import t, { type Test } from "tap";

import { resetConnection } from "./reset-connection.js";

t.test("a connection that is being ended is closed, and leaves nothing open", async (t) => {
  const { near, far } = await connection(t);
  near.end();
  resetConnection(near);
  await Promise.all([once(near, "close"), once(far, "close")]);
  t.equal(near.errored, null);
});

t.test("any other is reset", async (t) => {
  const { near, far } = await connection(t);
  resetConnection(near);
  const [[error]] = await Promise.all([once(far, "error"), once(near, "close")]);
  t.match(error, { code: "ECONNRESET" });
});

/** Both ends of a connection. */
async function connection(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [[far]] = (await Promise.all([once(server, "connection"), once(near, "connect")])) as [
    [Socket],
    unknown,
  ];
  return { near, far };
}
