import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import t from "tap";
import { isGone } from "../../../src/transcode/http/http.js";
import { listen } from "../support/raw-http.js";

t.test("an answer whose connection is closed has nobody to go to", async (t) => {
  const server = createServer();
  const socket = connect(await listen(server), "127.0.0.1");
  t.teardown(() => server.close());
  socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  t.notOk(isGone(response));
  socket.destroy();
  await once(response, "close");
  t.ok(isGone(response));
});
