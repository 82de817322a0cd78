import { once } from "node:events";
import { type IncomingMessage, request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import t from "tap";

import { startTestApp, testConfig } from "../support/app.js";
import { onSqlite } from "../support/database.js";

const FILES = ["/docs", "/docs/start.css", "/docs/start.js", "/docs/swagger-ui.css", "/openapi.json"];
const LARGEST = "/docs/swagger-ui-bundle.js";

await onSqlite(t, "a static file comes compressed as its reader likes it best", async (t, engine) => {
  const { local } = await startTestApp(t, testConfig(engine));
  const plain = (await get(local, LARGEST)).body;
  for (const [accepted, coding] of [
    [undefined, undefined],
    ["", undefined],
    ["identity;q=0", undefined],
    ["deflate", undefined],
    ["br;q=0, *;q=0", undefined],
    ["identity, gzip;q=0.9", undefined],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.1, identity;q=0", "gzip"],
    ["gzip;q=0.9, br;q=0.8", "gzip"],
    ["gzip, deflate, br, zstd", "br"],
    ["*", "br"],
    ["BR", "br"],
  ] as const) {
    const answer = await get(local, LARGEST, accepted === undefined ? {} : { "accept-encoding": accepted });
    t.equal(answer.headers["content-encoding"], coding, `Accept-Encoding: ${accepted}`);
    t.equal(answer.headers.vary, "Accept-Encoding");
    t.equal(answer.headers["content-length"], String(answer.body.length));
    t.ok(decoded(answer.body, coding).equals(plain), "and is the file");
  }
});

await onSqlite(t, "a static file that its reader has is not sent again", async (t, engine) => {
  const { local } = await startTestApp(t, testConfig(engine));
  for (const path of [...FILES, LARGEST]) {
    const etags = new Set<string>();
    for (const accepted of ["identity", "gzip", "br"]) {
      const first = await get(local, path, { "accept-encoding": accepted });
      const etag = String(first.headers.etag);
      t.match(etag, /^"[\w-]{43}"$/, `${path} has a strong tag`);
      etags.add(etag);
      for (const [known, status] of [
        [`"x", "y"`, 200],
        [`"x", W/${etag}`, 304],
        [etag, 304],
        ["*", 304],
      ] as const) {
        const again = await get(local, path, { "accept-encoding": accepted, "if-none-match": known });
        t.equal(again.status, status, `${path} as ${accepted}, If-None-Match: ${known}`);
        t.equal(again.headers.etag, etag);
        t.equal(again.headers.vary, "Accept-Encoding");
        t.match(again.headers["cache-control"], /^public, (no-cache|max-age=3600)$/);
        if (status === 304) t.equal(again.body.length, 0);
      }
    }
    t.equal(etags.size, 3, "each way to write it has a tag of its own");
  }
});

await onSqlite(
  t,
  "HEAD of a static file tells its length, and a Range is left out of account",
  async (t, engine) => {
    const { local } = await startTestApp(t, testConfig(engine));
    for (const path of [...FILES, LARGEST]) {
      const whole = await get(local, path, { range: "bytes=0-0" });
      t.equal(whole.status, 200);
      const head = await get(local, path, {}, "HEAD");
      t.equal(head.body.length, 0);
      t.equal(head.headers["content-length"], String(whole.body.length), path);
      t.equal(head.headers.etag, whole.headers.etag);
      t.equal((await get(local, path, {}, "DELETE")).status, 405);
    }
  },
);

await onSqlite(t, "a static file comes whole over HTTP/2, also to who reads slowly", async (t, engine) => {
  const { urls, local } = await startTestApp(t, testConfig(engine));
  const client = connect(`http://${urls.grpc}`, { settings: { initialWindowSize: 1000 } });
  t.teardown(() => client.destroy());
  const stream = client.request({ ":path": LARGEST });
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
  t.equal(headers[":status" as keyof IncomingHttpHeaders], 200);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  t.ok(Buffer.concat(chunks).equals((await get(local, LARGEST)).body));
});

await onSqlite(
  t,
  "many who ask for the largest file and read nothing cost no memory each",
  async (t, engine) => {
    const { urls, local } = await startTestApp(t, testConfig(engine));
    const size = (await get(local, LARGEST)).body.length;
    const before = process.memoryUsage().arrayBuffers;
    const client = connect(`http://${urls.grpc}`, { settings: { initialWindowSize: 0 } });
    t.teardown(() => client.destroy());
    const streams = Array.from({ length: 50 }, () => client.request({ ":path": LARGEST }));
    await Promise.all(streams.map((stream) => once(stream, "response")));
    t.ok(process.memoryUsage().arrayBuffers - before < 5 * size, "far less than fifty files");
    t.equal((await get(local, "/healthz")).status, 200);
  },
);

function decoded(body: Buffer, coding: string | undefined): Buffer {
  if (coding === undefined) return body;
  return coding === "br" ? brotliDecompressSync(body) : gunzipSync(body);
}

/** Not `fetch`, which asks for compression and undoes it. */
async function get(local: string, path: string, headers: OutgoingHttpHeaders = {}, method = "GET") {
  const request = httpRequest(`${local}${path}`, { method, headers }).end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}
