import t from "tap";

import { inTransaction } from "../../src/db/transaction.js";
import { eachEngine, until } from "../support/database.js";
import { lastSequence, openEventShop, upTo } from "../support/event-shop.js";
import { inFrames, overGrpc, overHttp, sequencesOf } from "../support/event-streams.js";
import { connect } from "../support/grpc.js";

const FACES = {
  HTTP: overHttp,
  gRPC: overGrpc,
  Connect: inFrames("application/connect+json"),
  "gRPC-Web": inFrames("application/grpc-web+json"),
};

await eachEngine(
  t,
  "a stream tells what happened, then each new event within a second",
  async (t, engine) => {
    const { app, key, customers } = await openEventShop(t, engine);
    await customers(45);
    await lastSequence(app, key); // A stream cannot begin behind an event that has no sequence yet.
    for (const [face, open] of Object.entries(FACES)) {
      const stream = await open(app, key, { after: 3 });
      const from = await lastSequence(app, key);
      await until("the past is told", () => sequencesOf(stream.messages).length === from - 3);
      t.same(sequencesOf(stream.messages), upTo(from).slice(3), face);
      const began = performance.now();
      await customers(1);
      await until("what is new is told", () => sequencesOf(stream.messages).includes(from + 1));
      t.ok(performance.now() - began < 1000, `${face}: ${performance.now() - began} ms`);
      t.same(stream.messages.at(-1), { ...stream.messages.at(-1), sequence: from + 1, ending: false });
      stream.cut();
    }
  },
);

await eachEngine(
  t,
  "a stream without a place begins now, says so, and tells that it lives",
  async (t, engine) => {
    const { app, key, customers } = await openEventShop(t, engine, {
      feedTimes: { look: 20, heartbeat: 100 },
    });
    await customers(2);
    for (const [face, open] of Object.entries(FACES)) {
      const from = await lastSequence(app, key);
      const stream = await open(app, key, {});
      await until("three heartbeats", () => stream.messages.length >= 3);
      t.same(
        stream.messages[0],
        { ...stream.messages[0], event: undefined, sequence: from, ending: false },
        face,
      );
      t.same(sequencesOf(stream.messages), []);
      await customers(1);
      await until("the event", () => sequencesOf(stream.messages).length === 1);
      await until("heartbeats from there on", () => stream.messages.at(-1)?.event === undefined);
      t.equal(stream.messages.at(-1)?.sequence, from + 1);
      stream.cut();
    }
  },
);

await eachEngine(
  t,
  "a stream of some types passes the others over, and says how far it is",
  async (t, engine) => {
    const { app, key, customers, update } = await openEventShop(t, engine);
    await customers(3);
    await update();
    for (const [face, open] of Object.entries(FACES)) {
      const stream = await open(app, key, { after: 0, types: ["customer.updated", "refund.*"] });
      await until("the update", () => sequencesOf(stream.messages).length > 0);
      const told = stream.messages.filter(({ event }) => event !== undefined);
      t.same(
        told.map(({ event }) => event?.type),
        ["customer.updated"],
        face,
      );
      stream.cut();
    }
  },
);

await eachEngine(t, "a stream that cannot be is refused with the reason", async (t, engine) => {
  const { app, key, customers } = await openEventShop(t, engine);
  await customers(3);
  await inTransaction(app.db, "READ COMMITTED", (tx) => tx.query("UPDATE event_sequence SET swept = 2"));
  const bad: [query: string, status: number, code: string, param: string | null][] = [
    ["after=1", 400, "events_not_kept", "after"],
    ["after=1000", 400, "parameter_invalid", "after"],
    ["after=-1", 400, "parameter_invalid", "after"],
    ["types=nothing.*", 400, "parameter_invalid", "types"],
    [`types=${"x".repeat(65)}`, 400, "parameter_invalid", "types"],
  ];
  for (const [query, status, code, param] of bad) {
    const answer = await app.call("GET", `/v1/events/stream?${query}`, key);
    t.equal(answer.status, status, query);
    t.match(
      answer.json.error,
      { code, ...(param === null ? {} : { param: new RegExp(`^${param}`) }) },
      query,
    );
  }
  t.equal((await app.call("GET", "/v1/events/stream", undefined)).status, 401);
  const client = await connect(app.urls.grpc, { service: "EventService" });
  t.teardown(() => client.close());
  const codeOf = (request: object, sent: string | undefined) =>
    new Promise((resolve) => {
      const stream = client.stream("StreamEvents", request, sent);
      stream.on("error", (error) => resolve((error as { code?: number }).code));
      stream.on("data", () => {});
    });
  t.same(await codeOf({ after: 1 }, key), 11, "OUT_OF_RANGE");
  t.same(await codeOf({ after: -1 }, key), 3, "INVALID_ARGUMENT");
  t.same(await codeOf({ types: ["nothing"] }, key), 3);
  t.same(await codeOf({}, undefined), 16, "UNAUTHENTICATED");
  const first = await overHttp(app, key, { after: 0 });
  await until("0 is the first that is kept", () => sequencesOf(first.messages).length > 0);
  t.equal(sequencesOf(first.messages)[0], 3);
  first.cut();
});

await eachEngine(
  t,
  "a client that is cut off fifty times has each event once, and in order",
  async (t, engine) => {
    const { app, key, customers } = await openEventShop(t, engine);
    const state = { writing: true };
    const writing = (async () => {
      while (state.writing) await customers(2);
    })();
    const told: number[] = [];
    for (let at = 0; at < 50; at++) {
      const stream = await (at % 2 === 0 ? overHttp : overGrpc)(app, key, { after: told.length });
      await until("some more", () => sequencesOf(stream.messages).length > at % 5);
      stream.cut();
      told.push(...sequencesOf(stream.messages));
    }
    state.writing = false;
    await writing;
    const end = await lastSequence(app, key);
    const rest = await overHttp(app, key, { after: told.length });
    await until("the rest", () => told.length + sequencesOf(rest.messages).length >= end);
    rest.cut();
    t.same([...told, ...sequencesOf(rest.messages)], upTo(end));
  },
);

await eachEngine(
  t,
  "a server that stops ends its streams well, and says where they stand",
  async (t, engine) => {
    const { app, key, customers } = await openEventShop(t, engine);
    await customers(2);
    const streams = await Promise.all(
      Object.values(FACES).map((open, at) => open(app, key, at === 0 ? { after: 0 } : {})),
    );
    await until("all are open", () => streams.every(({ messages }) => messages.length > 0));
    const from = await lastSequence(app, key);
    const began = performance.now();
    await app.close();
    await until("all have ended", () => streams.every(({ end }) => end() !== undefined));
    t.ok(performance.now() - began < 5000, "the server has not waited for them");
    t.same(
      streams.map(({ end }) => end()),
      ["", "", "", ""],
    );
    for (const { messages } of streams) {
      const end = messages.at(-1);
      t.same([end?.event, end?.sequence, end?.ending], [undefined, from, true]);
    }
  },
);

await eachEngine(t, "a client's own time limit ends its stream", async (t, engine) => {
  const { app, key } = await openEventShop(t, engine);
  const client = await connect(app.urls.grpc, { service: "EventService" });
  t.teardown(() => client.close());
  const code = await new Promise((resolve) => {
    const stream = client.stream("StreamEvents", {}, key, { deadline: Date.now() + 300 });
    stream.on("error", (error) => resolve((error as { code?: number }).code));
    stream.on("data", () => {});
  });
  t.equal(code, 4, "DEADLINE_EXCEEDED");
  const answer = await app.call("GET", "/v1/events/stream", key, undefined, { "grpc-timeout": "300m" });
  const lines = answer.text.trim().split("\n");
  t.match(JSON.parse(lines.at(-1) ?? ""), { error: { code: "deadline_exceeded" } });
});
