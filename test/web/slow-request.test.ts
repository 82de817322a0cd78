import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";

import t from "tap";

import { answerParserFailures } from "../../src/web/ports/parser-failures.js";

/** Times out in a fraction of a second instead of 30 s; the rest is as on the ports of the service. */
const TIMES = { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 };

for (const [part, sent] of [
  ["headers do not end", "GET / HTTP/1.1\r\nHost: a\r\nX: "],
  ["body does not arrive", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n1"],
] as const) {
  t.test(`a request whose ${part} is told so with 408`, async (t) => {
    const server = createServer(TIMES, (request) => void request.resume());
    answerParserFailures(server);
    await once(server.listen(0, "127.0.0.1"), "listening");
    t.teardown(() => server.close());
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.write(sent);
    await new Promise((resolve) => socket.on("close", resolve));
    t.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    t.match(JSON.parse(text.slice(text.indexOf("\r\n\r\n"))), {
      error: {
        type: "invalid_request_error",
        code: "request_timeout",
        message: "The request took too long to arrive.",
        request_id: /^req_/,
      },
    });
  });
}
