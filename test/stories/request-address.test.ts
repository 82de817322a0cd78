import { readFileSync } from "node:fs";
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http2";

import t from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";
import { anOrder } from "../support/orders.js";
import { rawAnswer } from "../support/raw-http.js";

/** One address of each face. */
const ADDRESSES = [
  "/v1/checkout/sessions",
  "/healthz",
  "/docs",
  "/pay/cs_0",
  "/sandbox/hosted/",
  "/x",
  "/a.B/C",
];

await onSqlite(t, "a request that names no host, or two, is refused with a body", async (t, engine) => {
  const { urls } = await startTestApp(t, testConfig(engine, { metricsPort: 0 }));
  const metricsPort = Number(new URL(urls.metrics ?? "").port);
  for (const [path, port] of [
    ...ADDRESSES.map((address) => [address, urls.port] as const),
    ["/metrics", metricsPort] as const,
  ]) {
    for (const host of [
      "",
      "Host: a\r\nHost: a\r\n",
      "Host: a\r\nhost: b\r\n",
      "Host:\r\n",
      "Host: user@a\r\n",
      "Host: a/b\r\n",
      "Host: a b\r\n",
      "Host: a, b\r\n".replace(", ", "\\"),
      "Host: a:port\r\n",
      "Host: [::1\r\n",
      "Host: http://a\r\n",
      "Host: caf\xe9\r\n",
    ]) {
      const answer = await rawAnswer(port, `GET ${path} HTTP/1.1\r\n${host}\r\n`);
      t.equal(answer.status, 400, `${path} ${JSON.stringify(host)}`);
      const { error } = JSON.parse(answer.body) as { error: Record<string, string> };
      t.match(error, { code: "host_invalid", request_id: /^req_/ });
      t.equal(answer.headers["request-id"], error["request_id"]);
    }
  }
  for (const host of ["Host: a", "Host: a:8080", "Host: 127.0.0.1:1", "Host: [::1]:1", "HOST: a_b.C-d."]) {
    t.equal((await rawAnswer(urls.port, `GET /healthz HTTP/1.1\r\n${host}\r\n\r\n`)).status, 200, host);
  }
  t.equal((await rawAnswer(urls.port, "GET /healthz HTTP/1.0\r\n\r\n")).status, 200, "HTTP/1.0 has none");
});

await onSqlite(t, "over HTTP/2 too a request names one host", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const { urls } = await startTestApp(t, config);
  const client = connect(`http://${urls.grpc}`);
  t.teardown(() => client.destroy());
  const grpc = {
    ":method": "POST",
    ":path": "/calmonypay.v1.CheckoutService/ListCheckoutSessions",
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `Bearer ${testKey}`,
  };
  for (const request of [{ ":path": "/healthz" }, { ":path": "/v1/checkout/sessions" }, grpc]) {
    for (const hosts of [{ ":authority": "a", host: "b" }, { ":authority": "u@a" }]) {
      const answer = await call({ ...request, ...hosts });
      t.equal(answer.status, 400, JSON.stringify(hosts));
      t.match(JSON.parse(answer.body), { error: { code: "host_invalid", request_id: /^req_/ } });
    }
  }
  t.equal((await call({ ":path": "/healthz", ":authority": "a", host: "A" })).status, 200);
  t.equal((await call({ ":path": "/healthz", ":authority": "a:1" })).status, 200);
  for (const path of ["http://a/healthz", "*", "", "healthz"]) {
    await t.rejects(call({ ":path": path }), { code: "ERR_HTTP2_STREAM_ERROR" }, `:path ${path}`);
  }
  t.match(await call({ ":path": "*", ":method": "OPTIONS" }), { status: 204, headers: { allow: /GET/ } });

  async function call(
    headers: OutgoingHttpHeaders,
  ): Promise<{ status: number; body: string; headers: object }> {
    const stream = client.request(headers).setEncoding("utf8");
    stream.end(headers[":method"] === "POST" ? Buffer.alloc(5) : undefined);
    return await new Promise((resolve, reject) => {
      let answered: IncomingHttpHeaders & { ":status"?: number | undefined } = {};
      let body = "";
      stream.on("response", (got) => (answered = got));
      stream.on("data", (chunk: string) => (body += chunk));
      stream.on("error", reject);
      stream.on("close", () => resolve({ status: answered[":status"] ?? 0, body, headers: answered }));
    });
  }
});

await onSqlite(t, "a target in absolute form is the same address", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { port } = app.urls;
  const rest = `HTTP/1.1\r\nHost: other\r\nAuthorization: Bearer ${testKey}\r\n`;
  for (const path of [...ADDRESSES, "/readyz", "/openapi.json", "/v1/nothing", "/v1/customers?limit=1"]) {
    const direct = await rawAnswer(port, `GET ${path} ${rest}\r\n`);
    for (const base of [`http://127.0.0.1:${port}`, "HTTPS://pay.example"]) {
      const absolute = await rawAnswer(port, `GET ${base}${path} ${rest}\r\n`);
      t.equal(absolute.status, direct.status, `${base}${path}`);
      t.equal(withoutIds(absolute.body), withoutIds(direct.body));
    }
  }
  const order = JSON.stringify(anOrder()).replaceAll(/[^ -~]/g, "-");
  const head = `content-type: application/json\r\ncontent-length: ${order.length}\r\n\r\n`;
  const made = await rawAnswer(port, `POST http://a/v1/checkout/sessions ${rest}${head}${order}`);
  t.equal(made.status, 200);
  t.equal((await rawAnswer(port, `GET http://a?x ${rest}\r\n`)).status, 200, "the start page");
  for (const target of ["http://u@a/healthz", "http://a\\b/healthz", "http://a:x/healthz"]) {
    const answer = await rawAnswer(port, `GET ${target} ${rest}\r\n`);
    t.match([answer.status, JSON.parse(answer.body)], [400, { error: { request_id: /^req_/ } }], target);
  }
});

await onSqlite(t, "a target of another form gets an answer with a body", async (t, engine) => {
  const { urls } = await startTestApp(t, testConfig(engine));
  for (const request of [
    "GET *",
    "POST *",
    "GET /healthz#x",
    "GET /v1/customers#x",
    "GET localhost:80",
    "GET healthz",
    "GET ftp://a/healthz",
    "GET http://",
    "GET /%zz",
    "GET /pay/%ff",
  ]) {
    const answer = await rawAnswer(urls.port, `${request} HTTP/1.1\r\nHost: a\r\n\r\n`);
    t.equal(answer.status, 400, request);
    t.match(JSON.parse(answer.body), { error: { code: /^(path|request)_malformed$/, request_id: /^req_/ } });
  }
  const twoSlashes = await rawAnswer(urls.port, "GET //a/healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  t.equal(twoSlashes.status, 404);
  t.match(JSON.parse(twoSlashes.body), { error: { code: "path_unknown" } });
  for (const target of ["*", "http://a"]) {
    const all = await rawAnswer(urls.port, `OPTIONS ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    t.match(all, { status: 204, headers: { allow: "DELETE, GET, HEAD, OPTIONS, POST, PUT" }, body: "" });
  }
  const tunnel = await rawAnswer(urls.port, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n");
  t.equal(tunnel.status, 405);
  t.match(JSON.parse(tunnel.body), { error: { code: "method_not_allowed" } });
});

await onSqlite(t, "an escaped address is the plain one, decoded once", async (t, engine) => {
  const config = testConfig(engine);
  const { testKey } = await createTestMerchant(config);
  const app = await startTestApp(t, config);
  const { json: session } = await app.call("POST", "/v1/checkout/sessions", testKey, anOrder());
  const id = String(session.id);
  const plain = await app.call("GET", `/pay/${id}`, undefined);
  t.match(plain, { status: 200, text: /<form/ });
  for (const path of [`/pay/${id.replace("_", "%5F")}`, `/%70ay/%63s%5f${id.slice(3)}`]) {
    t.match(await app.call("GET", path, undefined), { status: 200, text: plain.text }, path);
    t.equal((await app.call("GET", `${path}/%72eturn`, undefined)).status, 200);
  }
  for (const path of [
    `/pay/${id.replace("_", "%255F")}`,
    `/pay%2F${id}`,
    `/pay/${id}%2Freturn`,
    `/pay/${id}%00`,
    `/pay/${id}%20`,
  ]) {
    t.equal((await app.call("GET", path, undefined)).status, 404, path);
  }
  for (const [path, status] of [
    ["/%68ealthz", 200],
    ["/docs/%73tart.css", 200],
    ["/%761/customers", 401],
    ["/sandbox/%68osted/", 405],
    ["/sandbox/hosted/hpp%5Fx", 404],
  ] as const) {
    t.equal((await app.call("GET", path, undefined)).status, status, path);
  }
});

await onSqlite(t, "every answer of a call is private, and with TLS for TLS only", async (t, engine) => {
  const cert = readFileSync("test/fixtures/localhost.cert.pem");
  const key = readFileSync("test/fixtures/localhost.key.pem");
  for (const tls of [undefined, { cert, key }]) {
    const config = testConfig(engine, { tls });
    const { port } = (await startTestApp(t, config)).urls;
    for (const request of [
      "GET /v1/customers HTTP/1.1\r\nhost: a\r\n\r\n",
      "OPTIONS /v1/customers HTTP/1.1\r\nhost: a\r\n\r\n",
      "GET /v1/none HTTP/1.1\r\nhost: a\r\n\r\n",
      "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n",
      "GET /docs/none HTTP/1.1\r\nhost: a\r\n\r\n",
      "POST /a.B/C HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
      "POST /grpc.health.v1.Health/Check HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
      "GET / HTTP/1.1\r\n\r\n",
      "nonsense\r\n\r\n",
    ]) {
      const { headers } = await rawAnswer(port, request, tls?.cert);
      t.equal(headers["x-content-type-options"], "nosniff", request);
      t.equal(headers["cache-control"], "no-store");
      t.match(headers["request-id"], /^req_/);
      t.equal(headers["strict-transport-security"], tls && "max-age=31536000");
    }
  }
});

/** Each answer has an id of its own. */
function withoutIds(body: string): string {
  return body.replaceAll(/req_\w+/g, "");
}
