import t, { type Test } from "tap";

import { createTestMerchant, startTestApp, testConfig } from "../support/app.js";
import { eachEngine, type TestEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { aLineItem, anOrder } from "../support/orders.js";

const LIST = "/v1/checkout/sessions";

await eachEngine(t, "a list that cannot be is refused by the name of its parameter", async (t, engine) => {
  const { list } = await shop(t, engine, 1);
  const wrong: [string, string][] = [
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=ten", "limit"],
    ["status=paid", "status"],
    ["starting_after=cs_nobody", "starting_after"],
    ["ending_before=cs_nobody", "ending_before"],
    ["created[gte]=yesterday", "created.gte"],
    ["colour=red", "colour"],
  ];
  for (const [query, param] of wrong) {
    t.match(await list(query), { status: 400, json: { error: { param } } }, query);
  }
});

await eachEngine(
  t,
  "a list leads through all sessions, the newest first, forwards and back",
  async (t, engine) => {
    const { list, ids } = await shop(t, engine, 5);
    const all = await list("");
    t.match(all.json, { object: "list", has_more: false, url: LIST });
    t.same(idsOf(all), ids);
    const first = await list("limit=2");
    t.same([idsOf(first), first.json.has_more], [ids.slice(0, 2), true]);
    const second = await list(`limit=2&starting_after=${ids[1]}`);
    t.same([idsOf(second), second.json.has_more], [ids.slice(2, 4), true]);
    const third = await list(`limit=2&starting_after=${ids[3]}`);
    t.same([idsOf(third), third.json.has_more], [ids.slice(4), false]);
    const back = await list(`limit=2&ending_before=${ids[4]}`);
    t.same([idsOf(back), back.json.has_more], [ids.slice(2, 4), true]);
  },
);

await eachEngine(t, "filters let through what fits, and nobody else's", async (t, engine) => {
  const { app, list, ids, mine, other, clock } = await shop(t, engine, 3);
  const [newest, middle, oldest] = ids;
  await app.call("POST", `${LIST}/${middle}/expire`, mine.liveKey, {});
  const paid = await app.call("GET", `${LIST}/${oldest}`, mine.liveKey);
  const message = signedBody(paidMessage(paid.json, mine.live.gatewayMerchantId), mine.live.secret);
  await fetch(`${app.local}/callbacks/cardstream`, { method: "POST", body: message });
  t.same(idsOf(await list("status=open")), [newest]);
  t.same(idsOf(await list("status=expired")), [middle]);
  t.same(idsOf(await list("status=complete")), [oldest]);
  const complete = (await app.call("GET", `${LIST}/${oldest}`, mine.liveKey)).json;
  t.same(idsOf(await list(`payment_intent=${complete.payment_intent}`)), [oldest]);
  t.same(idsOf(await list("customer=cus_abc123")), []);
  const withCustomer = anOrder({ customer: "cus_abc123" });
  const { json } = await app.call("POST", LIST, mine.liveKey, withCustomer);
  t.same(idsOf(await list("customer=cus_abc123")), [json.id]);
  t.same(idsOf(await list(`created[gte]=${complete.created + 1}&created.lt=${json.created}`)), [
    newest,
    middle,
  ]);
  clock.time += 25 * 3_600_000;
  t.same(idsOf(await list("status=expired")), [json.id, newest, middle], "also what nobody has written down");
  t.same((await app.call("GET", LIST, other.liveKey)).json.data, []);
  t.same((await app.call("GET", LIST, mine.testKey)).json.data, []);
});

await eachEngine(t, "only an open session can be expired", async (t, engine) => {
  const { app, ids, mine, other } = await shop(t, engine, 1);
  const expire = async (key: string) => await app.call("POST", `${LIST}/${ids[0]}/expire`, key);
  t.equal((await expire(other.liveKey)).status, 404);
  t.match(await expire(mine.liveKey), { status: 200, json: { id: ids[0], status: "expired" } });
  const again = await expire(mine.liveKey);
  t.match(again, {
    status: 400,
    json: { error: { code: "session_not_open", message: /status of expired/ } },
  });
  t.equal((await app.call("GET", `/pay/${ids[0]}`, undefined)).status, 410);
});

await eachEngine(t, "a session's items are listed as they were ordered", async (t, engine) => {
  const { app, mine, other } = await shop(t, engine, 0);
  const items = Array.from({ length: 12 }, (_, index) => aLineItem({ unit_amount: index }, index + 1));
  const { json: session } = await app.call("POST", LIST, mine.liveKey, anOrder({ line_items: items }));
  const list = async (key: string, query = "") =>
    await app.call("GET", `${LIST}/${session.id}/line_items${query}`, key);
  t.equal((await list(other.liveKey)).status, 404);
  const first = (await list(mine.liveKey)).json;
  t.match(first, { object: "list", has_more: true, url: `${LIST}/${session.id}/line_items` });
  t.match(first.data[3], {
    id: /^li_/,
    object: "item",
    description: "Pro Plan — Monthly",
    quantity: 4,
    currency: "gbp",
    unit_amount: 3,
    amount_total: 12,
  });
  const rest = (await list(mine.liveKey, `?starting_after=${first.data.at(-1).id}`)).json;
  t.match([rest.data.length, rest.has_more], [2, false]);
  const before = (await list(mine.liveKey, `?limit=3&ending_before=${rest.data[0].id}`)).json;
  t.match(
    [before.data.map(({ quantity }: { quantity: number }) => quantity), before.has_more],
    [[8, 9, 10], true],
  );
});

/** A service with two merchants, the first of which has sessions, a second apart; their ids, the newest first. */
async function shop(t: Test, engine: TestEngine, count: number) {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const clock = { time: Date.now(), now: () => clock.time };
  const app = await startTestApp(t, config, { clock });
  const ids: string[] = [];
  for (let made = 0; made < count; made++) {
    ids.unshift((await app.call("POST", LIST, mine.liveKey, anOrder())).json.id);
    clock.time += 1000;
  }
  const list = async (query: string) => await app.call("GET", `${LIST}?${query}`, mine.liveKey);
  return { app, list, ids, mine, other, clock };
}

function idsOf(answer: { readonly json: { readonly data: { readonly id: string }[] } }): string[] {
  return answer.json.data.map(({ id }) => id);
}
