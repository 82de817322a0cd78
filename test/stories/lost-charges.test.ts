import t from "tap";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { type CardShop, chargeOf, INTENTS, openCardShop, takeSearchAway } from "../support/charges.js";
import { eachEngine, signal, until } from "../support/database.js";
import { CALLBACKS } from "../support/public-proxy.js";
import { signMessage } from "../support/gateway.js";

const DAY = 86_400;

/** Cuts the connection of every direct request once its work is done. */
const LOSE_ANSWER = "direct_timeout:1";

const statusOf = async (shop: CardShop): Promise<string | undefined> => (await shop.intents()).at(-1)?.status;

const untilStatus = (shop: CardShop, status: string) =>
  until(`the payment is ${status}`, async () => (await statusOf(shop)) === status);

await eachEngine(
  t,
  "a charge whose answer is lost is processing, and its callback tells",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    await shop.desk.setFaults(`${LOSE_ANSWER},callback_delayed:700`);
    const answer = await shop.charge({}, "lost");
    t.match(answer, { status: 200, json: { status: "processing", amount_received: 0, latest_charge: null } });
    await untilStatus(shop, "succeeded");
    t.match((await shop.charge({}, "lost")).json, { id: answer.json.id, status: "succeeded" });
    t.equal((await shop.sales()).length, 1);
    t.same(await shop.pending(), []);
  },
);

await eachEngine(t, "a charge whose answer and callback are lost is found by asking", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  shop.proxy.lose(CALLBACKS);
  await shop.desk.setFaults(LOSE_ANSWER);
  t.equal((await shop.charge()).json.status, "processing");
  await shop.desk.setFaults("");
  await shop.advance(60);
  await untilStatus(shop, "succeeded");
  t.equal((await shop.sales()).length, 1);
  const [{ via } = { via: "" }] = await shop.app.db.manager.query(
    "SELECT via FROM gateway_result WHERE payment_intent_id IS NOT NULL",
  );
  t.equal(via, "search");
  t.equal((await shop.charge()).json.status, "succeeded", "and its token is the newest one");
  t.match(
    (await shop.sales())[1]?.result.find(([name]) => name === "previousID"),
    ["previousID", (await shop.sales())[0]?.id],
  );
});

await eachEngine(t, "a decline whose answer is lost is found by asking", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  shop.proxy.lose(CALLBACKS);
  await shop.desk.setFaults(LOSE_ANSWER);
  t.equal((await shop.charge({ amount: 12_000 }, "lost")).json.status, "processing");
  await shop.desk.setFaults("");
  await shop.advance(60);
  await untilStatus(shop, "requires_payment_method");
  t.match(await shop.charge({ amount: 12_000 }, "lost"), {
    status: 402,
    json: { error: { decline_code: "do_not_honor" } },
  });
  t.equal((await shop.sales()).length, 1);
});

await eachEngine(
  t,
  "a charge that the gateway never made is known to have failed a day later",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    await shop.desk.setFaults("direct_error");
    const lost = await shop.charge({}, "lost");
    t.equal(lost.json.status, "processing");
    t.match(await shop.call("POST", `${INTENTS}/${lost.json.id}/cancel`, {}), { status: 400 });
    await shop.desk.setFaults("");
    await shop.advance(3600);
    await until("it was asked about", async () => (await shop.pending()).some(({ asked }) => asked > 0));
    t.equal(await statusOf(shop), "processing", "it may still be on its way");
    await shop.advance(DAY);
    await untilStatus(shop, "requires_payment_method");
    t.match(await shop.charge({}, "lost"), {
      status: 402,
      json: { error: { decline_code: "processing_error" } },
    });
    t.same(await shop.pending(), []);
    t.same(await shop.sales(), [], "it was never sent again");
    const again = await shop.call("POST", `${INTENTS}/${lost.json.id}/confirm`, {});
    t.match(again.json, { status: "succeeded", amount_received: 1200 });
    t.match(await shop.sales(), [{ transactionUnique: `${lost.json.id}-2` }]);
  },
);

for (const end of ["accept", "dismiss", "a late callback"] as const) {
  await eachEngine(
    t,
    `a charge of which nobody knows is held a day later, until ${end}`,
    async (t, engine) => {
      const shop = await openCardShop(t, engine);
      await takeSearchAway(shop);
      shop.proxy.lose(CALLBACKS);
      await shop.desk.setFaults(LOSE_ANSWER);
      const { id } = (await shop.charge()).json;
      await shop.desk.setFaults("");
      await shop.advance(1200);
      await until("operators see it", async () =>
        (await shop.pending()).some((row) => row.unresolvedSince !== null),
      );
      t.same((await shop.call("GET", "/v1/held_payments")).json.data, []);
      await shop.advance(DAY);
      const held = await until(
        "it is held",
        async () => (await shop.call("GET", "/v1/held_payments")).json.data[0],
      );
      t.match(held, {
        reason: "outcome_unknown",
        payment_intent: id,
        checkout_session: null,
        amount: 1200,
        amount_received: null,
        currency: "gbp",
        possible_resolutions: ["accept", "dismiss"],
      });
      await shop.advance(2 * DAY);
      await until("it was asked about again", async () =>
        (await shop.pending()).some(({ asked }) => asked > 2),
      );
      t.equal((await shop.call("GET", "/v1/held_payments")).json.data.length, 1, "held once");
      t.equal(await statusOf(shop), "processing");
      t.equal((await shop.sales()).length, 1, "never sent again");
      if (end === "a late callback") {
        shop.proxy.lose(undefined);
        const [sale] = await shop.sales();
        await redeliver(shop, sale?.xref ?? "");
      } else {
        const answer = await shop.call("POST", `/v1/held_payments/${held.id}/resolve`, {
          resolution: end,
          note: "seen",
        });
        t.match(answer, { status: 200, json: { resolution: end } });
      }
      await untilStatus(shop, end === "dismiss" ? "requires_payment_method" : "succeeded");
      t.match(await shop.intents(), [{ amountReceived: end === "dismiss" ? 0 : 1200 }]);
      t.same((await shop.call("GET", "/v1/held_payments?resolved=false")).json.data, []);
      t.same(await shop.pending(), []);
    },
  );
}

/** The gateway's own word about a transaction, posted to the callback at last. */
async function redeliver(shop: CardShop, xref: string): Promise<void> {
  const { result } = (await shop.sales()).find((sale) => sale.xref === xref) ?? { result: [] };
  const message = Object.fromEntries(result);
  const body = new URLSearchParams({ ...message, signature: signMessage(message, shop.desk.secret) });
  const response = await fetch(`${shop.proxy.url}/callbacks/cardstream`, { method: "POST", body });
  if (response.status !== 200) throw new Error(`Not taken: ${response.status}`);
}

const POINTS: readonly (readonly [point: CheckoutPoint, sales: number, end: string])[] = [
  ["charge recorded", 0, "requires_payment_method"],
  ["charge sent", 1, "succeeded"],
  ["charge answered", 1, "succeeded"],
];

for (const [point, sales, end] of POINTS) {
  await eachEngine(
    t,
    `a process that dies at "${point}" leaves a payment that is found out`,
    async (t, engine) => {
      const { given, give } = signal();
      const stuck = { at: "" };
      const checkpoint = async (reachedPoint: CheckoutPoint): Promise<void> => {
        if (reachedPoint !== point || stuck.at !== "") return;
        stuck.at = point;
        await given;
      };
      const shop = await openCardShop(t, engine, { checkpoint });
      shop.proxy.lose(CALLBACKS);
      const first = shop.charge({}, "crash");
      t.teardown(async () => {
        give();
        await first;
      });
      await until("it is stuck", () => stuck.at === point);
      const next = await shop.restart();
      const again = await next.call("POST", INTENTS, shop.merchant.testKey, chargeOf(shop.card), {
        "idempotency-key": "crash",
      });
      t.match(again.json.status, /^(processing|succeeded)$/);
      t.equal((await shop.sales()).length, sales, "the retry sends nothing");
      for (const seconds of [60, 3600, DAY]) await shop.advance(seconds);
      await untilStatus(shop, end);
      t.equal((await shop.sales()).length, sales);
      t.match(await shop.intents(), { length: 1 });
    },
  );
}

await eachEngine(t, "a gateway that never answers is not charged again and again", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  await shop.desk.setFaults("direct_error");
  for (let charge = 0; charge < 5; charge++) t.equal((await shop.charge()).json.status, "processing");
  const refused = await shop.charge({}, "later");
  t.match(refused, { status: 503, json: { error: { type: "api_error", code: "gateway_unavailable" } } });
  t.equal((await shop.intents()).length, 5, "nothing was recorded, so there is nothing to find out");
});

await eachEngine(t, "money that is not what was asked for is held, and goes back", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  await shop.desk.setFaults("wrong_amount");
  t.equal((await shop.charge()).json.status, "processing");
  const held = async () => (await shop.call("GET", "/v1/held_payments?resolved=false")).json.data;
  t.match(await held(), [{ reason: "amount_mismatch", amount_received: 1201, payment_intent: /^pi_/ }]);
  const [{ id }] = await held();
  const returned = await shop.call("POST", `/v1/held_payments/${id}/resolve`, { resolution: "return" });
  t.match(returned, { status: 200 });
  t.equal(await statusOf(shop), "requires_payment_method");
  t.match(await shop.sales(), [{ state: "canceled", amountReceived: 0 }]);
});
