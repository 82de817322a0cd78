import { once } from "node:events";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";

import t, { type Test } from "tap";

import { type H2loadWork, h2loadCalls } from "./h2load.js";

const ANSWER = Buffer.from("an answer");

/** Work for a server of the test's own, which is told the number of each call. */
async function workFor(
  t: Test,
  answer: (stream: ServerHttp2Stream, call: number, request: Buffer) => void,
): Promise<H2loadWork> {
  let calls = 0;
  const server = createServer();
  server.on("stream", (stream) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => answer(stream, ++calls, Buffer.concat(chunks)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const message = Buffer.from("a request");
  return { port, connections: 2, streams: 4, path: "/a.Service/Call", message, answerBytes: ANSWER.length };
}

t.test("one call that fails in gRPC, among others, ends the measurement", async (t) => {
  const work = await workFor(t, (stream, call) => {
    stream.respond(call === 20 ? { "grpc-status": "13" } : {});
    stream.end(call === 20 ? "" : ANSWER);
  });
  await t.rejects(h2loadCalls(work, 100), { message: /^Not 100 answers of 9 bytes/ });
});

t.test("one answer with another status, among others, ends the measurement", async (t) => {
  const work = await workFor(t, (stream, call) => {
    stream.respond({ ":status": call === 20 ? 503 : 200 });
    stream.end(ANSWER);
  });
  await t.rejects(h2loadCalls(work, 100), { message: /^Not 100 answers of 9 bytes/ });
});

t.test("a server that is not there ends the measurement", async (t) => {
  const work = await workFor(t, () => {});
  await t.rejects(h2loadCalls({ ...work, port: 1 }, 100));
});

t.test("every call is made, with the same request", async (t) => {
  const seen: string[] = [];
  const work = await workFor(t, (stream, _, request) => {
    seen.push(request.toString());
    stream.respond({});
    stream.end(ANSWER);
  });
  const { calls, seconds } = await h2loadCalls(work, 100);
  t.equal(calls, 100);
  t.ok(seconds > 0);
  t.same(
    seen,
    Array.from({ length: 100 }, () => "a request"),
  );
});
