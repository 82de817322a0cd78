import { connect } from "node:net";
import { readFileSync } from "node:fs";

import t from "tap";

import { startTestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";
import { rawAnswer } from "../support/raw-http.js";

const HEAD = "HTTP/1.1\r\nHost: a\r\n";
const cert = readFileSync("test/fixtures/localhost.cert.pem");
const key = readFileSync("test/fixtures/localhost.key.pem");

/** What Node's parser refuses, or would answer by itself. */
const UNREADABLE: readonly (readonly [request: string, status: number, code: string])[] = [
  ["nonsense\r\n\r\n", 400, "request_malformed"],
  [`GET / HTTP/9.9\r\nHost: a\r\n\r\n`, 400, "request_malformed"],
  [`GET / ${HEAD}Transfer-Encoding: x\r\nContent-Length: 1\r\n\r\n`, 400, "request_malformed"],
  [`POST / ${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400, "request_malformed"],
  [`GET / ${HEAD}X: ${"x".repeat(20_000)}\r\n\r\n`, 431, "headers_too_large"],
  [`GET /${"x".repeat(20_000)} ${HEAD}\r\n`, 431, "headers_too_large"],
  // To an address that waits for the body: elsewhere the answer may be there before the parser has come so far.
  [
    `POST /callbacks/cardstream ${HEAD}Transfer-Encoding: chunked\r\n\r\n1;${"x".repeat(20_000)}\r\n`,
    413,
    "body_too_large",
  ],
  [`POST / ${HEAD}Expect: a-miracle\r\nContent-Length: 1\r\n\r\n`, 417, "expectation_unsupported"],
  [`CONNECT a:1 ${HEAD}\r\n`, 405, "method_not_allowed"],
];

await onSqlite(t, "what cannot be read as HTTP is answered with a body on every port", async (t, engine) => {
  const clear = await startTestApp(t, testConfig(engine, { metricsPort: 0 }));
  const secure = await startTestApp(t, testConfig(engine, { tls: { cert, key } }));
  for (const [request, status, code] of UNREADABLE) {
    for (const [name, port, ca] of [
      ["clear", clear.urls.port, undefined],
      ["metrics", Number(new URL(clear.urls.metrics ?? "").port), undefined],
      ["TLS", secure.urls.port, cert],
      ["TLS of gRPC", Number(secure.urls.grpc.split(":")[1]), cert],
    ] as const) {
      // No address of the metrics waits for a body.
      if (name === "metrics" && code === "body_too_large") continue;
      const answer = await rawAnswer(port, request, ca);
      t.equal(answer.status, status, `${name}: ${request.slice(0, 60)}`);
      t.equal(answer.headers["connection"], "close");
      const requestId = answer.headers["request-id"];
      t.match(JSON.parse(answer.body), { error: { code, request_id: requestId } });
    }
  }
  t.equal((await rawAnswer(clear.urls.port, `GET /healthz ${HEAD}\r\n`)).status, 200, "others are served");
});

await onSqlite(
  t,
  "a client that goes on sending reads why it was refused, and is let go",
  async (t, engine) => {
    const { urls } = await startTestApp(t, testConfig(engine));
    const socket = connect(urls.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.on("error", () => {});
    socket.write(`GET / ${HEAD}X: ${"x".repeat(1_000_000)}`);
    await new Promise<void>((resolve) => socket.on("close", () => resolve()));
    t.match(text, /^HTTP\/1\.1 431 [^]*"headers_too_large"/);
  },
);

await onSqlite(t, "what is for programs fails in JSON, what is for people on a page", async (t, engine) => {
  const app = await startTestApp(t, testConfig(engine, { metricsPort: 0 }));
  const large = "x".repeat(300_000);
  for (const [method, path, status, body] of [
    ["GET", "/nothing", 404],
    ["DELETE", "/favicon.ico", 405],
    ["GET", "/callbacks/cardstream", 405],
    ["POST", "/callbacks/cardstream", 400, "a=b"],
    ["POST", "/callbacks/cardstream", 413, large],
    ["DELETE", "/healthz", 405],
    ["POST", "/openapi.json", 405],
    ["GET", "/callbacks/other", 404],
  ] as const) {
    const answer = await app.call(method, path, undefined, body);
    t.equal(answer.status, status, `${method} ${path}`);
    t.match(answer.json, { error: { type: "invalid_request_error", code: /./, message: /./ } });
    t.equal(answer.json.error.request_id, answer.headers.get("request-id"));
    if (status === 405) t.match(answer.headers.get("allow"), /OPTIONS/);
  }
  for (const [method, path, status, body] of [
    ["GET", "/pay/cs_nobody", 404],
    ["GET", "/pay/nobody", 404],
    ["GET", "/pay/cs_nobody/other", 404],
    ["POST", "/pay/cs_nobody", 404],
    ["PUT", "/pay/cs_nobody", 405],
    ["POST", "/pay/cs_nobody/return", 413, large],
    ["GET", "/docs/none", 404],
    ["PUT", "/docs", 405],
    ["GET", "/sandbox/none", 404],
    ["GET", "/sandbox/hosted/", 405],
  ] as const) {
    const answer = await app.call(method, path, undefined, body);
    t.equal(answer.status, status, `${method} ${path}`);
    t.match(answer.headers.get("content-type"), /^text\/html/);
    t.match(answer.text, /<h1>[^<]+<\/h1>/);
    if (status === 405) t.ok(answer.headers.has("allow"));
  }
  for (const [method, path, status, body] of [
    ["GET", "/sandbox/direct/", 405],
    ["POST", "/sandbox/direct/", 413, large],
    ["GET", "/sandbox/rest/transactions/", 401],
    ["PUT", "/sandbox/accounts", 404, "{}"],
  ] as const) {
    const answer = await app.call(method, path, undefined, body);
    t.equal(answer.status, status, `${method} ${path}`);
    t.match(answer.headers.get("content-type"), /^text\/plain/);
    t.ok(answer.text.includes(`(${answer.headers.get("request-id")})`), answer.text);
  }
  for (const path of ["/pay/cs_nobody", "/docs", "/healthz", "/callbacks/cardstream"]) {
    const options = await app.call("OPTIONS", path, undefined);
    t.match([options.status, options.headers.get("allow")], [204, /OPTIONS/], path);
  }
  const metrics = app.urls.metrics ?? "";
  t.match(await (await fetch(`${metrics}x`)).json(), {
    error: { code: "path_unknown", request_id: /^req_/ },
  });
  t.match(await (await fetch(metrics, { method: "POST" })).json(), { error: { code: "method_not_allowed" } });
});

await onSqlite(t, "a call of an unknown service fails in its own protocol", async (t, engine) => {
  const { local } = await startTestApp(t, testConfig(engine));
  const post = async (path: string, headers: Record<string, string>) =>
    await fetch(`${local}${path}`, { method: "POST", headers, body: "{}" });
  for (const type of ["application/grpc-web+proto", "application/grpc-web-text", "application/grpc+json"]) {
    const answer = await post("/a.B/C", { "content-type": type });
    t.equal(answer.status, 200);
    t.equal(answer.headers.get("grpc-status"), "12", type);
    t.match(answer.headers.get("grpc-message"), /no such service/);
  }
  for (const [path, headers] of [
    ["/a.B/C", { "content-type": "application/json" }],
    ["/a.B/C", { "content-type": "application/connect+proto" }],
    ["/x", { "content-type": "application/json", "connect-protocol-version": "1" }],
  ] as const) {
    const answer = await post(path, headers);
    t.equal(answer.status, 404);
    t.match(await answer.json(), { code: "unimplemented", message: /no such service/ });
  }
  t.equal((await fetch(`${local}/a.B/C?connect=v1&encoding=json&message={}`)).status, 404);
  t.match(await (await post("/x", { "content-type": "application/json" })).json(), {
    error: { code: "path_unknown" },
  });
});
