import t from "tap";

import { onMysql, until } from "../support/database.js";
import { openDatabaseRelay } from "../support/database-relay.js";
import { lastSequence, openEventShop } from "../support/event-shop.js";
import { overHttp, sequencesOf } from "../support/event-streams.js";

await onMysql(t, "two hundred streams ask the server no more than one does", async (t, engine) => {
  const relay = await openDatabaseRelay(t, engine.place.url ?? "");
  const { app, key, customers } = await openEventShop(t, engine, {}, relay.url);
  const streams = await Promise.all(Array.from({ length: 200 }, () => overHttp(app, key, {})));
  await until("all are open", () => streams.every(({ messages }) => messages.length > 0), 20);
  const from = await lastSequence(app, key);
  const texts = relay.record();
  const looks = () => texts.filter((text) => /`event_sequence` WHERE merchant_id IN/.test(text)).length;
  const reads = () => texts.filter((text) => /FROM `event` WHERE merchant_id = /.test(text)).length;
  await until("some rounds without news", () => looks() >= 5);
  t.equal(reads(), 0, "no stream reads for nothing");
  await customers(1);
  await until("all are told", () => streams.every((one) => sequencesOf(one.messages).length === 1), 20);
  t.same(new Set(streams.flatMap((one) => sequencesOf(one.messages))), new Set([from + 1]));
  t.ok(reads() <= 2, `${reads()} reads`);
  const more = await Promise.all(Array.from({ length: 57 }, () => overHttp(app, key, {})));
  await until("the last one is refused", () => more.some(({ end }) => end() !== undefined), 20);
  await until(
    "the others are open",
    () => more.filter(({ messages }) => messages.length > 0).length === 56,
    20,
  );
  t.same(
    more.map(({ end }) => end()).filter((end) => end !== undefined),
    ["too_many_streams"],
  );
  streams[0]?.cut();
  await until("its place is free", async () => {
    const again = await overHttp(app, key, {});
    await until("it is answered", () => again.messages.length > 0 || again.end() !== undefined);
    return again.messages.length > 0;
  });
  for (const stream of [...streams, ...more]) stream.cut();
});
