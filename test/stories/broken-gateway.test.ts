import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { anOrder } from "../support/orders.js";
import { callback, stored, type Session } from "../support/results.js";

// The line to the gateway breaks below HTTP. What became of a request is unknown then: never paid, never given back,
// and no fault of this service.

const PEM = (kind: "cert" | "key") => readFileSync(`test/fixtures/localhost.${kind}.pem`);

/** A gateway, and the scheme of its address. `answer` is what it would answer. */
type Breakage = (answer: () => string) => readonly [scheme: "http" | "https", server: Server];

const BREAKAGES: Record<string, Breakage> = {
  "a certificate that nobody knows": (answer) => [
    "https",
    createHttpsServer({ cert: PEM("cert"), key: PEM("key") }, (_, response) => response.end(answer())),
  ],
  "a handshake that is broken off": () => [
    "https",
    createServer((socket) => onceAsked(socket, () => socket.destroy())),
  ],
  "no TLS at all": () => [
    "https",
    createServer((socket) => onceAsked(socket, () => socket.end("HTTP/1.1 400 Bad\r\n\r\n"))),
  ],
  "an answer that is cut in the middle": (answer) => [
    "http",
    createServer((socket) =>
      onceAsked(socket, () => {
        const body = answer();
        const head = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`;
        socket.write(head + body.slice(0, body.length / 2), () => socket.destroy());
      }),
    ),
  ],
  "an answer that ends before its length": (answer) => [
    "http",
    createServer((socket) =>
      onceAsked(socket, () => {
        const body = answer();
        socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length + 1}\r\n\r\n${body}`);
      }),
    ),
  ],
  "no HTTP": () => ["http", createServer((socket) => onceAsked(socket, () => socket.end("\0\0\0\r\n\r\n")))],
};

function onceAsked(socket: Socket, answer: () => void): void {
  socket.on("error", () => {}).once("data", () => setTimeout(answer, 20));
}

async function open(t: Test, [scheme, server]: ReturnType<Breakage>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const [how, breakage] of Object.entries(BREAKAGES)) {
  await eachEngine(t, `nothing is paid or given back by ${how}`, async (t, engine) => {
    let answer = "";
    const cardstreamUrl = await open(
      t,
      breakage(() => answer),
    );
    const config = testConfig(engine, { cardstreamUrl });
    const mine = await createTestMerchant(config);
    const app = await startTestApp(t, config);
    const call = (method: string, path: string, body?: unknown) => app.call(method, path, mine.liveKey, body);
    const pay = async (changes: Record<string, string>) => {
      const { json } = await call("POST", "/v1/checkout/sessions", anOrder({ customer: "cus_abc123" }));
      const message = paidMessage(json as Session, mine.live.gatewayMerchantId, changes);
      answer = signedBody({ ...message, state: "canceled", action: "CANCEL:SALE" }, mine.live.secret);
      t.equal((await callback(app, signedBody(message, mine.live.secret))).status, 200);
      return (await call("GET", `/v1/checkout/sessions/${json.id}`)).json;
    };

    await pay({ amountReceived: "1500" });
    const [{ id }] = (await call("GET", "/v1/held_payments")).json.data;
    const returned = await call("POST", `/v1/held_payments/${id}/resolve`, { resolution: "return" });
    t.match(returned, { status: 503, json: { error: { code: "return_unknown" } } });

    const { payment_intent, payment_method } = await pay({});
    const refund = await call("POST", "/v1/refunds", { payment_intent });
    t.match(refund, { status: 200, json: { status: "pending" } });

    const charge = { customer: "cus_abc123", payment_method, amount: 1200, currency: "gbp" };
    const charged = await call("POST", "/v1/payment_intents", {
      ...charge,
      confirm: true,
      off_session: true,
    });
    t.match(charged, { status: 200, json: { status: "processing", amount_received: 0 } });
    t.equal((await stored(app)).results.filter(({ outcome }) => outcome === "completed").length, 1);
    t.notOk(app.logged.some((line) => line.includes("unexpected error")));
  });
}
