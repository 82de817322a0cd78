import { type ClientHttp2Stream, connect } from "node:http2";

import t, { type Test } from "tap";

import type { TestApp } from "../support/app.js";
import { eachEngine, until } from "../support/database.js";
import { lastSequence, openEventShop, upTo } from "../support/event-shop.js";
import { inFrames, overGrpc, overHttp, sequencesOf } from "../support/event-streams.js";

/** More than an HTTP/2 stream sends ahead of its reader: 64 kB, and as much again in buffers. */
const EVENTS = 250;

await eachEngine(
  t,
  "a client that reads nothing of its stream delays no other's, nor the end of the service",
  async (t, engine) => {
    const { app, key, customers } = await openEventShop(t, engine);
    await Promise.all(Array.from({ length: 10 }, () => customers(EVENTS / 10)));
    const from = await lastSequence(app, key);
    const deaf = openDeaf(t, app, key);
    await until("its stream has begun", () => deaf.begun());
    const others = await Promise.all([overHttp, overGrpc].map((open) => open(app, key, { after: 0 })));
    await until("the others are told all", () =>
      others.every(({ messages }) => sequencesOf(messages).length === from),
    );
    for (const { messages } of others) t.same(sequencesOf(messages), upTo(from));
    const began = performance.now();
    await app.close();
    t.ok(performance.now() - began < 9_800, "in the time that a supervisor gives");
    await until("the others end", () => others.every(({ end }) => end() !== undefined));
    for (const { messages, end } of others) {
      t.match(messages.at(-1), { sequence: from, ending: true, event: undefined });
      t.equal(end(), "", "well");
    }
  },
);

await eachEngine(
  t,
  "a stream behind the newest sequence is refused on each face, and from the newest on it waits",
  async (t, engine) => {
    const { app, key, customers } = await openEventShop(t, engine);
    await customers(2);
    const last = await lastSequence(app, key);
    for (const [face, open] of Object.entries({
      overHttp,
      overGrpc,
      web: inFrames("application/grpc-web+json"),
    })) {
      for (const after of [last + 1, Number.MAX_SAFE_INTEGER]) {
        const refused = await open(app, key, { after });
        await until("it is refused", () => refused.end() !== undefined);
        t.same(refused.messages, [], face);
      }
      const stream = await open(app, key, { after: last });
      await until("it has begun", () => stream.messages.length > 0);
      t.match(stream.messages, [{ sequence: last, ending: false, event: undefined }], face);
      stream.cut();
    }
  },
);

/** A gRPC client that opens a stream of all events, and then reads none of it. */
function openDeaf(t: Test, app: TestApp, key: string): { readonly begun: () => boolean } {
  const session = connect(`http://${app.urls.grpc}`);
  session.on("error", () => undefined);
  t.teardown(() => session.destroy());
  const stream: ClientHttp2Stream = session.request({
    ":method": "POST",
    ":path": "/calmonypay.v1.EventService/StreamEvents",
    "content-type": "application/grpc",
    te: "trailers",
    authorization: `Bearer ${key}`,
  });
  let begun = false;
  stream.on("response", () => (begun = true)).on("error", () => undefined);
  // One message of two bytes: `after` is 0.
  stream.end(Buffer.from([0, 0, 0, 0, 2, 0x08, 0]));
  return { begun: () => begun };
}
