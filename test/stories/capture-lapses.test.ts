import t from "tap";

import { authorizedShop } from "../support/authorized.js";
import { openCardShop } from "../support/charges.js";
import { eachEngine, until } from "../support/database.js";

const DAY = 86_400;

await eachEngine(
  t,
  "an authorization that lapses is told before its last day, and released",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { authorize, authorizeSession, capture, read, readSession, events } = authorizedShop(shop);
    const session = await authorizeSession();
    const { payment_intent: id } = await readSession(session);
    const charge = (await authorize()).id;
    const told = (payment: string, type: string) => async () => (await events(payment)).includes(type);
    await shop.advance(2.75 * DAY + 60);
    await until("the charge is about to lapse", told(charge, "authorization_expiring"));
    t.notOk(await told(id, "authorization_expiring")(), "a shopper's stands longer");
    t.match(await read(charge), { status: "requires_capture" });
    await shop.advance(2 * DAY);
    await until("the charge is released", told(charge, "canceled"));
    t.match(await read(charge), { status: "canceled", cancellation_reason: "expired", amount_received: 0 });
    await shop.advance(0.5 * DAY);
    await until("the session's payment is about to lapse", told(id, "authorization_expiring"));
    await shop.advance(2 * DAY);
    await until("the session's payment is released", told(id, "canceled"));
    t.match(await readSession(session), { status: "complete", payment_status: "unpaid", amount_received: 0 });
    t.match(await capture(id), { status: 400, json: { error: { code: "payment_intent_unexpected_state" } } });
    t.same(await events(id), ["created", "amount_capturable_updated", "authorization_expiring", "canceled"]);
    const [sale] = await shop.sales();
    t.match(sale, { state: "canceled", amountReceived: 0 }, "the card is free again");
  },
);

await eachEngine(t, "what is captured in time does not lapse, and is told of no more", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { authorize, capture, read, events } = authorizedShop(shop);
  const [first, other] = [(await authorize()).id, (await authorize()).id];
  await capture(first);
  await shop.advance(2.75 * DAY + 60);
  await until("the other one is about to lapse", async () =>
    (await events(other)).includes("authorization_expiring"),
  );
  t.match((await capture(other, 400)).json, { status: "succeeded", amount_received: 400 });
  await shop.advance(10 * DAY);
  const { id: last } = await authorize();
  await shop.advance(5 * DAY);
  await until("a later one has lapsed", async () => (await events(last)).includes("canceled"));
  for (const id of [first, other]) t.match(await read(id), { status: "succeeded" });
  t.notOk((await events(first)).includes("authorization_expiring"));
  t.equal((await events(other)).at(-1), "succeeded");
});

await eachEngine(t, "the sandbox takes no capture of what has lapsed by its own clock", async (t, engine) => {
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  const shop = await openCardShop(t, engine, { clock });
  const { authorize, events, read, asked } = authorizedShop(shop);
  const { id } = await authorize();
  clock.ahead = 31 * DAY * 1000;
  await until("it is over", async () => (await events(id)).includes("canceled"));
  t.match(await read(id), { status: "canceled", cancellation_reason: "expired" });
  t.equal(asked("CANCEL"), 1);
  t.match(await shop.sales(), [{ state: "approved" }], "the gateway refused to cancel what had ended");
});

await eachEngine(t, "for how long authorizations stand is the operator's to say", async (t, engine) => {
  const authorizationDays = { onSession: 20, offSession: 3 };
  const shop = await openCardShop(t, engine, {}, { authorizationDays });
  const { authorize, authorizeSession, events, read, readSession } = authorizedShop(shop);
  const expand = "?expand[]=latest_charge";
  const { payment_intent: id } = await readSession(await authorizeSession());
  const charge = (await authorize()).id;
  const daysOf = async (payment: string): Promise<number> => {
    const { created, latest_charge: latest } = await read(`${payment}${expand}`);
    return Math.round((latest.capture_before - created) / DAY);
  };
  t.same([await daysOf(id), await daysOf(charge)], [20, 3]);
  await shop.advance(3 * DAY + 60);
  await until("the charge is released", async () => (await events(charge)).includes("canceled"));
  t.same(await events(id), ["created", "amount_capturable_updated"]);
});
