import t from "tap";

import { createEventFeed, FEED_TIMES } from "../../src/checkout/event-feed.js";
import type { MerchantScope } from "../../src/domain/merchant-scope.js";
import { inTransaction } from "../../src/db/transaction.js";
import { insertEvents } from "../../src/db/tables/events.js";
import { eachEngine, silent } from "../support/database.js";
import { openEvents, relay, someEvents } from "../support/event-relay.js";

const SCOPE: MerchantScope = { merchantId: "mer_a", livemode: true };

const NEVER = new AbortController().signal;

await eachEngine(
  t,
  "a merchant has 256 streams in each mode, and a process a thousand",
  async (t, engine) => {
    const feed = createEventFeed(await openEvents(engine), silent, FEED_TIMES);
    const openAll = (merchantId: string, livemode: boolean, count: number) =>
      Array.from({ length: count }, () => feed.open({ merchantId, livemode }));
    const [first] = openAll("mer_a", true, 256);
    t.throws(() => feed.open(SCOPE), { message: /merchant has 256/ });
    openAll("mer_a", false, 256);
    openAll("mer_b", true, 256);
    openAll("mer_c", true, 232);
    t.throws(() => feed.open({ merchantId: "mer_d", livemode: true }), { message: /server has 1000/ });
    first?.close();
    first?.close();
    t.ok(feed.open(SCOPE));
    t.throws(() => feed.open(SCOPE), { message: /merchant has 256/ }, "a place is freed once");
    await feed.close();
  },
);

await eachEngine(
  t,
  "a wait ends with news of any process, with the caller, the time and the stop",
  async (t, engine) => {
    const db = await openEvents(engine);
    const feed = createEventFeed(db, silent, { look: 10, heartbeat: 60_000 });
    const stream = feed.open(SCOPE);
    const write = () =>
      inTransaction(db, "READ COMMITTED", async (tx) => insertEvents(tx, someEvents(SCOPE, 1)));
    await stream.wait(0, 5, NEVER);
    t.notOk(stream.hasNews(0), "the time is over");
    await write();
    const news = stream.wait(0, 60_000, NEVER);
    await relay(db)(); // It tells a feed of its own, as another process does.
    await news;
    t.ok(stream.hasNews(0));
    t.notOk(stream.hasNews(1));
    const gone = new AbortController();
    const waiting = stream.wait(1, 60_000, gone.signal);
    gone.abort();
    await waiting;
    const told = stream.wait(1, 60_000, NEVER);
    feed.tell(SCOPE, 2);
    await told;
    t.ok(stream.hasNews(1));
    const last = stream.wait(2, 60_000, NEVER);
    await feed.close();
    await last;
    t.ok(stream.isClosing());
  },
);
