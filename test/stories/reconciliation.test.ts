import t from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { startTestApp } from "../support/app.js";
import { openPage } from "../support/browser.js";
import { environmentOf, run } from "../support/command.js";
import { eachEngine, signal, until } from "../support/database.js";
import { CALLBACKS } from "../support/public-proxy.js";
import { anOrder } from "../support/orders.js";
import {
  advance,
  endAtGateway,
  metric,
  openCardPage,
  openScene,
  OTHER_CARD,
  payAndLeave,
  pendingOf,
  statusOf,
  takeTokenAway,
  untilAsked,
  waysOf,
} from "../support/reconciliation.js";
import { COMPLETION_EVENTS, attemptOf, stored } from "../support/results.js";

const HEALED = "calmonypay_results_healed_total";
const UNRESOLVED = "calmonypay_attempts_unresolved";
const DAY = 86_400;

await eachEngine(
  t,
  "a payment whose callback and return were lost is found by the search",
  async (t, engine) => {
    const scene = await openScene(t, engine);
    scene.proxy.lose(CALLBACKS);
    await payAndLeave(scene);
    t.equal(await statusOf(scene), "open");
    await advance(scene, 60);
    await until("the session is complete", async () => (await statusOf(scene)) === "complete");
    t.same(await waysOf(scene), ["completed by search"]);
    t.equal(await metric(scene, `${HEALED}{way="search",outcome="completed"}`), 1);
    t.same(scene.proxy.lostRequests, ["POST /callbacks/cardstream"]);
    await advance(scene, DAY);
    await until("nothing is pending", async () => (await pendingOf(scene)).length === 0);
    t.match(await stored(scene.app), { intents: 1, results: { length: 1 } });
  },
);

await eachEngine(
  t,
  "a payment in progress is asked for by its xref until it has succeeded",
  async (t, engine) => {
    const scene = await openScene(t, engine);
    await takeTokenAway(scene);
    await payAndLeave(scene, { outcome: "in_progress" });
    t.same(await waysOf(scene), ["unknown by callback"]);
    await advance(scene, 60);
    await untilAsked(scene, 1);
    t.match(await pendingOf(scene), [{ certainty: "doubtful" }]);
    t.equal(await statusOf(scene), "open");
    await endAtGateway(scene, "approved");
    await advance(scene, 240);
    await until("the session is complete", async () => (await statusOf(scene)) === "complete");
    t.same(await waysOf(scene), ["unknown by callback", "completed by query"]);
    t.equal(await metric(scene, `${HEALED}{way="query",outcome="completed"}`), 1);
  },
);

await eachEngine(t, "a decline that is found by asking ends the attempt", async (t, engine) => {
  const scene = await openScene(t, engine);
  scene.proxy.lose(CALLBACKS);
  await payAndLeave(scene, { outcome: "decline" });
  await advance(scene, 60);
  await until("the next attempt", async () => (await attemptOf(scene.app, scene.session)) === 2);
  t.same(await waysOf(scene), ["declined by search"]);
  t.equal(await statusOf(scene), "open");
  await payAndLeave(scene);
  t.match(await pendingOf(scene), [
    { reference: `${scene.session.id}-1` },
    { reference: `${scene.session.id}-2` },
  ]);
  await advance(scene, 60);
  await until("the session is complete", async () => (await statusOf(scene)) === "complete");
});

await eachEngine(t, "a second charge that nobody was told of is found and held", async (t, engine) => {
  const scene = await openScene(t, engine);
  scene.proxy.lose(CALLBACKS);
  const tabs = [await openCardPage(scene), await openCardPage(scene)];
  await tabs[0]?.pay({});
  await tabs[1]?.pay(OTHER_CARD);
  await advance(scene, 60);
  await until("both are on record", async () => (await waysOf(scene)).length === 2);
  t.same(await waysOf(scene), ["completed by search", "held by search"]);
  t.equal(await statusOf(scene), "complete");
  t.match(await stored(scene.app), {
    intents: 1,
    results: [{ outcome: "completed" }, { held_reason: "duplicate" }],
  });
});

await eachEngine(t, "a second charge after the first was told is found a day later", async (t, engine) => {
  const scene = await openScene(t, engine);
  const tabs = [await openCardPage(scene), await openCardPage(scene)];
  await tabs[0]?.pay({});
  scene.proxy.lose(CALLBACKS);
  await tabs[1]?.pay(OTHER_CARD);
  t.same(await waysOf(scene), ["completed by callback"]);
  await advance(scene, DAY);
  await until("nothing is pending", async () => (await pendingOf(scene)).length === 0);
  t.same(await waysOf(scene), ["completed by callback", "held by search"]);
});

await eachEngine(t, "a gateway that does not answer is asked again on the next rung", async (t, engine) => {
  const scene = await openScene(t, engine);
  scene.proxy.lose(/^POST \/callbacks\/|\/sandbox\/(direct|rest)\//);
  await payAndLeave(scene);
  for (const [asked, seconds] of [60, 240, 600].entries()) {
    await advance(scene, seconds);
    await untilAsked(scene, asked + 1);
  }
  t.match(await pendingOf(scene), [{ certainty: "silent" }]);
  t.equal(await metric(scene, UNRESOLVED), 1, "operators see it from a quarter of an hour on");
  t.equal(await statusOf(scene), "open");
  scene.proxy.lose(CALLBACKS);
  await advance(scene, 45 * 60);
  await until("the session is complete", async () => (await statusOf(scene)) === "complete");
  await until("nothing is unresolved", async () => (await metric(scene, UNRESOLVED)) === 0);
});

await eachEngine(
  t,
  "without a token and without an xref a session stays unresolved, and may still turn out paid",
  async (t, engine) => {
    const scene = await openScene(t, engine);
    const { app, session } = scene;
    await takeTokenAway(scene);
    scene.proxy.lose(CALLBACKS);
    await payAndLeave(scene);
    await advance(scene, 60);
    await untilAsked(scene, 1);
    t.equal(await metric(scene, UNRESOLVED), 0, "the shopper may still be typing");
    for (const [asked, seconds] of [DAY, DAY, 40 * DAY].entries()) {
      await advance(scene, seconds);
      await untilAsked(scene, asked + 2);
    }
    t.equal(await statusOf(scene), "expired");
    t.equal(await attemptOf(app, session), 1, "it is not taken for failed");
    t.equal(await metric(scene, UNRESOLVED), 1);
    t.match(await pendingOf(scene), [{ certainty: "silent", nextAskAt: null }], "only a person can tell");
    const listed = await run(environmentOf(app.config), ["sessions", "unresolved", "--json"]);
    t.match(JSON.parse(listed.stdout), {
      data: [
        { session: session.id, transaction_unique: `${session.id}-1`, mode: "test", standing: "silent" },
      ],
    });
  },
);

await eachEngine(
  t,
  "two replicas share what is to be asked, and apply each result once",
  async (t, engine) => {
    const asked = { count: 0 };
    const checkpoint = async (point: CheckoutPoint): Promise<void> => {
      if (point === "attempt asked") asked.count++;
    };
    const scene = await openScene(t, engine, { checkpoint });
    const { app, merchant } = scene;
    await startTestApp(t, app.config, { checkpoint });
    scene.proxy.lose(CALLBACKS);
    const scenes = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const { json } = await app.call("POST", "/v1/checkout/sessions", merchant.testKey, anOrder());
        return { ...scene, session: json };
      }),
    );
    for (const each of scenes) await payAndLeave(each);
    await advance(scene, 60);
    for (const each of scenes)
      await until("it is complete", async () => (await statusOf(each)) === "complete");
    for (const each of scenes) await untilAsked(each, 1);
    t.equal(asked.count, scenes.length, "each was asked about by one of them");
    t.match(await stored(app), {
      intents: 12,
      methods: 12,
      results: { length: 12 },
      events: { length: 12 * COMPLETION_EVENTS.length },
    });
  },
);

await eachEngine(t, "a replica that dies while it asks is overtaken by another", async (t, engine) => {
  const { given, give } = signal();
  t.teardown(give);
  const stuck = { count: 0 };
  const checkpoint = async (point: CheckoutPoint): Promise<void> => {
    if (point === "attempt leased" && stuck.count++ === 0) await given;
  };
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  const scene = await openScene(t, engine, { checkpoint, clock });
  const { app } = scene;
  scene.proxy.lose(CALLBACKS);
  await payAndLeave(scene);
  clock.ahead = 60_000;
  await until("the first one has it", () => stuck.count === 1);
  await startTestApp(t, app.config, { clock });
  t.equal(await statusOf(scene), "open");
  clock.ahead += 120_000;
  await until("the other one has asked", async () => (await statusOf(scene)) === "complete");
  give();
  await untilAsked(scene, 1);
  t.same(await waysOf(scene), ["completed by search"]);
});

await eachEngine(t, "a shopper who opens the page again gets to know at once", async (t, engine) => {
  const scene = await openScene(t, engine);
  const { session } = scene;
  scene.proxy.lose(CALLBACKS);
  await payAndLeave(scene, { outcome: "in_progress" });
  const checking = await (await openPage(session.url)).forms[0]?.submit();
  t.match(checking?.text, /being checked/);
  t.match((await openPage(`${session.url}/return`)).text, /being checked/);
  t.match(checking?.html, /href="https:\/\/yourapp.com\/checkout\/cancel"/, "a way on");
  await endAtGateway(scene, "approved");
  await advance(scene, 11);
  t.match((await checking?.forms[0]?.submit())?.html, /href="https:\/\/yourapp.com\/checkout\/success"/);
  t.match((await openPage(`${session.url}/return`)).redirects, ["https://yourapp.com/checkout/success"]);
  t.match((await openPage(session.url)).redirects, ["https://yourapp.com/checkout/success"]);
  t.same(await waysOf(scene), ["unknown by search", "completed by query"]);
});

await eachEngine(
  t,
  "a payment of which nothing is known can be made on the same attempt",
  async (t, engine) => {
    const scene = await openScene(t, engine);
    await takeTokenAway(scene);
    scene.proxy.lose(CALLBACKS);
    await payAndLeave(scene);
    const form = (await openPage(scene.session.url)).forms[0];
    t.match(
      form?.fields.find(([name]) => name === "transactionUnique"),
      ["transactionUnique", `${scene.session.id}-1`],
    );
    scene.proxy.lose(undefined);
    await payAndLeave(scene, OTHER_CARD);
    t.equal(await statusOf(scene), "complete");
  },
);
