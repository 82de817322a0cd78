import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get } from "node:https";
import { connect as connectTls } from "node:tls";

import { credentials } from "@grpc/grpc-js";
import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";
import { connect } from "../support/grpc.js";

/** Made for these tests alone: for localhost, trusted by nobody else. */
const cert = readFileSync("test/fixtures/localhost.cert.pem");
const key = readFileSync("test/fixtures/localhost.key.pem");

await onSqlite(t, "with a certificate both ports speak TLS, and either HTTP version", async (t, engine) => {
  const config = testConfig(engine, { tls: { cert, key } });
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  t.match(app.urls.http, /^https:\/\/localhost:/);
  const grpcPort = Number(app.urls.grpc.split(":")[1]);
  for (const port of [app.urls.port, grpcPort]) {
    t.equal(await statusOverHttp1(port), 200, "HTTP/1.1");
    const client = await connect(`localhost:${port}`, { trust: credentials.createSsl(cert) });
    t.match(await client.call("listCheckoutSessions", {}, testKey), { answer: { object: "list" } }, "gRPC");
    client.close();
  }
});

await onSqlite(t, "a client cannot have a second handshake on a connection", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine, { tls: { cert, key } }));
  const grpcPort = Number(app.urls.grpc.split(":")[1]);
  for (const port of [app.urls.port, grpcPort]) {
    const socket = connectTls({ host: "localhost", port, ca: cert, maxVersion: "TLSv1.2" });
    t.teardown(() => socket.destroy());
    await once(socket, "secureConnect");
    const answer = new Promise((resolve) => {
      socket.once("error", ({ message }) => resolve(message));
      socket.renegotiate({}, (error) => resolve(error?.message ?? "a second handshake"));
    });
    t.match(await answer, /no renegotiation/);
  }
});

function statusOverHttp1(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get({ host: "localhost", port, path: "/healthz", ca: cert, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", reject);
  });
}
