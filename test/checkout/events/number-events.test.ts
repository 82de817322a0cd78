import { array, assert, asyncProperty } from "fast-check";
import t from "tap";

import { readEventPage } from "../../../src/checkout/events/stream-events.js";
import type { FanOut } from "../../../src/checkout/events/number-events.js";
import { EVENTS_KEPT_MS, sweepEvents } from "../../../src/checkout/events/sweep-events.js";
import { listEvents } from "../../../src/db/tables/event-list.js";
import { findSequence } from "../../../src/db/tables/event-sequences.js";
import { insertEvents } from "../../../src/db/tables/events.js";
import { inTransaction, type Tx } from "../../../src/db/transaction.js";
import { asSharedClock } from "../../../src/lib/clock.js";
import { eachEngine } from "../../support/database.js";
import { openEvents, relay, someEvents } from "../../support/event-relay.js";
import { createWorld, step } from "../../support/event-schedule.js";

await eachEngine(
  t,
  "whoever reads on by sequence gets each committed event once and in order, in whatever order transactions commit",
  async (t, engine) => {
    const db = await openEvents(engine);
    const schedules = array(step, { minLength: 8, maxLength: 30 });
    const runs = { numRuns: engine.name === "mysql" ? 40 : 25 };
    await assert(
      asyncProperty(schedules, async (steps) => {
        const world = createWorld(db, engine);
        for (const one of steps) await world.take(one);
        await world.end();
      }),
      runs,
    );
    t.pass("every schedule");
  },
);

await eachEngine(
  t,
  "two relays and a killed one number a thousand events without a gap",
  async (t, engine) => {
    const db = await openEvents(engine);
    const scope = { merchantId: "mer_many", livemode: true };
    for (let at = 0; at < 4; at++) {
      await inTransaction(db, "READ COMMITTED", async (tx) => insertEvents(tx, someEvents(scope, 250)));
    }
    const relays = [relay(db), relay(db), relay(db, { killed: true })];
    const outcomes = await Promise.allSettled(relays.map((number) => number()));
    t.equal(
      outcomes[2]?.status === "rejected" || outcomes[2]?.value === 0,
      true,
      "the killed one numbers nothing",
    );
    await relay(db)();
    t.same(await findSequence(db.manager, scope), { ...scope, last: 1000, swept: 0 });
    const rows = await listEvents(
      db.manager,
      scope,
      { types: undefined, objectId: undefined },
      { after: 0, limit: 2000 },
    );
    t.same(
      rows.map(({ sequence }) => sequence),
      Array.from({ length: 1000 }, (_, at) => at + 1),
    );
  },
);

await eachEngine(
  t,
  "what follows from events is written with their sequences, or neither",
  async (t, engine) => {
    const db = await openEvents(engine);
    const scope = { merchantId: "mer_a", livemode: true };
    await inTransaction(db, "READ COMMITTED", async (tx) => insertEvents(tx, someEvents(scope, 3)));
    const followUp = (tx: Tx) => insertEvents(tx, someEvents({ ...scope, merchantId: "mer_follow" }, 1));
    const seen: number[] = [];
    const told: number[] = [];
    const fails: FanOut = async (tx) => {
      followUp(tx);
      throw new Error("no room");
    };
    const works: FanOut = async (tx, events) => {
      seen.push(...events.map(({ sequence }) => sequence));
      followUp(tx);
      return () => void told.push(seen.length);
    };
    await t.rejects(relay(db, { fanOut: fails })(), { message: "no room" });
    t.equal((await findSequence(db.manager, scope)).last, 0);
    await t.rejects(relay(db, { fanOut: works, killed: true })(), { message: "killed" });
    t.same(told, [], "what is to follow the commit does not, where there is none");
    seen.length = 0;
    t.equal(await relay(db, { fanOut: works })(), 3);
    await relay(db)();
    t.same(seen, [1, 2, 3]);
    t.same(told, [3]);
    t.equal((await findSequence(db.manager, { ...scope, merchantId: "mer_follow" })).last, 1);
  },
);

await eachEngine(
  t,
  "events are deleted 30 days after they were numbered, the oldest first",
  async (t, engine) => {
    const db = await openEvents(engine);
    const scope = { merchantId: "mer_a", livemode: true };
    const clock = { time: 1_790_000_000_000, now: () => clock.time };
    const parts = { db, clock: asSharedClock(clock) };
    const deleted: string[] = [];
    const sweep = () =>
      sweepEvents(parts, new AbortController().signal, async (_, ids) => void deleted.push(...ids));
    const [old, young] = [someEvents(scope, 600), someEvents(scope, 2)];
    await inTransaction(db, "READ COMMITTED", async (tx) => insertEvents(tx, old));
    await relay(db, { clock })();
    clock.time += EVENTS_KEPT_MS;
    await inTransaction(db, "READ COMMITTED", async (tx) => insertEvents(tx, young));
    await relay(db, { clock })();
    t.equal(await sweep(), 0, "not a moment sooner");
    clock.time += 1;
    t.equal(await sweep(), 600);
    t.same(deleted.toSorted(), old.map(({ id }) => id).toSorted());
    t.same(await findSequence(db.manager, scope), { ...scope, last: 602, swept: 600 });
    t.same(
      (await readEventPage(parts, scope, 600)).map(({ sequence }) => sequence),
      [601, 602],
    );
    await t.rejects(readEventPage(parts, scope, 599), { message: /no longer kept/ });
    t.equal(await sweep(), 0);
  },
);
