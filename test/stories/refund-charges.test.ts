import t from "tap";

import { openCardShop } from "../support/charges.js";
import { eachEngine } from "../support/database.js";

await eachEngine(
  t,
  "of two charges of a stored card one goes back in two parts, and no more than that",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { json: first } = await shop.charge();
    const { json: second } = await shop.charge({ amount: 800 });
    t.match([first, second], [{ status: "succeeded" }, { status: "succeeded" }]);
    const refund = async (amount: number) =>
      await shop.call("POST", "/v1/refunds", { payment_intent: first.id, amount });
    t.match(await refund(500), { status: 200, json: { status: "succeeded", amount: 500 } });
    await shop.desk.settle();
    t.match(await refund(701), { status: 400, json: { error: { param: "amount", message: / 700 gbp/ } } });
    t.match(await refund(700), { status: 200, json: { status: "succeeded", currency: "gbp" } });
    t.match(await refund(1), { status: 400, json: { error: { code: "refund_too_large" } } });
    const read = async (id: string) => (await shop.call("GET", `/v1/payment_intents/${id}`)).json;
    t.match(await read(first.id), { status: "succeeded", amount_received: 1200, amount_refunded: 1200 });
    t.match(await read(second.id), { amount_received: 800, amount_refunded: 0 });
    t.match(
      (await shop.sales()).map(({ state, amountReceived, amountRefunded }) => [
        state,
        amountReceived,
        amountRefunded,
      ]),
      [
        ["accepted", 700, 700],
        ["accepted", 800, 0],
      ],
    );
  },
);

await eachEngine(t, "a charge that was declined has nothing to give back", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  t.equal((await shop.charge({ amount: 10_500 })).status, 402);
  const [declined] = await shop.intents();
  t.match(await shop.call("POST", "/v1/refunds", { payment_intent: declined?.id }), {
    status: 400,
    json: { error: { code: "payment_not_refundable", param: "payment_intent" } },
  });
});
