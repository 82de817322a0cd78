import { status } from "@grpc/grpc-js";
import t from "tap";

import { CUSTOMER, chargeOf, INTENTS, openCardShop } from "../support/charges.js";
import { eachEngine } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { anOrder } from "../support/orders.js";

await eachEngine(
  t,
  "a card that may not be charged is refused by name, and nothing is stored",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const anonymous = await shop.storeCard({}, { customer: undefined });
    const { app, merchant } = shop;
    const refused: readonly (readonly [changes: Record<string, unknown>, code: string, param: string])[] = [
      [{ customer: undefined }, "parameter_missing", "customer"],
      [{ customer: "cus_nobody" }, "resource_missing", "customer"],
      [{ customer: undefined }, "parameter_missing", "customer"],
      [{ payment_method: undefined }, "parameter_missing", "payment_method"],
      [{ payment_method: "pm_nobody" }, "payment_method_unusable", "payment_method"],
      [{ payment_method: anonymous }, "payment_method_unusable", "payment_method"],
      [{ amount: 0 }, "parameter_missing", "amount"],
      [{ amount: 100_000_000_000 }, "parameter_invalid", "amount"],
      [{ currency: "xyz" }, "currency_invalid", "currency"],
    ];
    for (const [changes, code, param] of refused) {
      const answer = await shop.charge(changes, "same-key");
      t.match(answer, { status: 400, json: { error: { code, param } } }, JSON.stringify(changes));
    }
    const other = await app.call("POST", INTENTS, merchant.liveKey, chargeOf(shop.card));
    t.match(other, { status: 400, json: { error: { code: "payment_method_unusable" } } }, "another mode");
    t.same(await shop.intents(), []);
    t.same(await shop.sales(), []);
    t.equal((await shop.charge({}, "same-key")).status, 200, "not even the key was stored");
  },
);

await eachEngine(
  t,
  "a stored card is charged twice off session, and read back over both faces",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const first = await shop.charge({ metadata: { order: "7" } });
    t.match(first, {
      status: 200,
      json: {
        id: /^pi_/,
        object: "payment_intent",
        status: "succeeded",
        amount: 1200,
        amount_received: 1200,
        amount_refunded: 0,
        currency: "gbp",
        customer: CUSTOMER,
        payment_method: shop.card,
        checkout_session: null,
        latest_charge: { authorization_code: /^\d{6}$/, cvc_check: "unchecked", three_d_secure: null },
        last_payment_error: null,
        livemode: false,
        metadata: { order: "7" },
      },
    });
    const second = await shop.charge({ amount: 700, off_session: false });
    t.match(second.json, { status: "succeeded", amount_received: 700 });
    t.same((await shop.call("GET", `${INTENTS}/${first.json.id}`)).json, first.json);
    const { data } = (await shop.call("GET", `${INTENTS}?customer=${CUSTOMER}`)).json;
    t.match(data, [{ id: second.json.id }, { id: first.json.id }, { checkout_session: /^cs_/ }]);
    const client = await connect(shop.app.urls.grpc, { service: "PaymentIntentService" });
    t.teardown(client.close);
    const { answer } = await client.call("GetPaymentIntent", { id: second.json.id }, shop.merchant.testKey);
    t.match(answer.payment_intent, { amount_received: "700", status: "PAYMENT_INTENT_STATUS_SUCCEEDED" });
    const created = await client.call("CreatePaymentIntent", chargeOf(shop.card), shop.merchant.testKey);
    t.match(created.answer.payment_intent, { status: "PAYMENT_INTENT_STATUS_SUCCEEDED", amount: "1200" });
    const events = await shop.app.db.manager.query("SELECT type, object_id FROM event ORDER BY id");
    const steps = ["created", "processing", "succeeded"].map((step) => `payment_intent.${step}`);
    const ofCharges = [first.json.id, second.json.id, created.answer.payment_intent.id].flatMap((id) =>
      steps.map((type) => ({ type, object_id: id })),
    );
    t.same(events.slice(-ofCharges.length), ofCharges);
    t.same(await shop.pending(), [], "nobody needs to ask");
  },
);

await eachEngine(
  t,
  "each charge uses the newest token, and says what the scheme wants to know",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    await shop.charge();
    await shop.charge({ off_session: false });
    await shop.charge({ amount: 12_000 });
    await shop.charge();
    const sales = await shop.sales();
    const said = sales.map(({ result }) => Object.fromEntries(result.map(([name, value]) => [name, value])));
    t.match(said, [
      {
        type: "2",
        rtAgreementType: "unscheduled",
        initiator: "merchant",
        amount: "1200",
        duplicateDelay: "9999",
      },
      { type: "1", rtAgreementType: "cardonfile", initiator: "consumer", previousID: sales[0]?.id },
      { responseCode: "5", previousID: sales[1]?.id },
      { responseCode: "0", previousID: sales[1]?.id },
    ]);
    t.match(said[0], { callbackURL: `${shop.proxy.url}/callbacks/cardstream` });
    const intents = await shop.intents();
    t.same(
      said.map(({ transactionUnique, orderRef }) => [transactionUnique, orderRef]),
      intents.map(({ id }) => [`${id}-1`, id]),
    );
  },
);

await eachEngine(
  t,
  "a decline is a 402 with its reason on both faces, and so is its retry",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const declined = await shop.charge({ amount: 12_000 }, "once");
    const [intent] = await shop.intents();
    const error = {
      type: "card_error",
      code: "card_declined",
      decline_code: "do_not_honor",
      payment_intent: { id: intent?.id, object: "payment_intent", status: "requires_payment_method" },
    };
    t.match(declined, { status: 402, json: { error } });
    t.match(await shop.charge({ amount: 12_000 }, "once"), { status: 402, json: { error } });
    t.equal((await shop.sales()).length, 1);
    t.match((await shop.call("GET", `${INTENTS}/${intent?.id}`)).json, {
      status: "requires_payment_method",
      amount_received: 0,
      payment_method: shop.card,
      latest_charge: { decline_code: "do_not_honor", message: "CARD DECLINED" },
      last_payment_error: { type: "card_error", code: "card_declined", decline_code: "do_not_honor" },
    });
    const client = await connect(shop.app.urls.grpc, { service: "PaymentIntentService" });
    t.teardown(client.close);
    const request = { ...chargeOf(shop.card), amount: 12_000 };
    const again = await client.call("CreatePaymentIntent", request, shop.merchant.testKey, {
      "idempotency-key": "once",
    });
    t.equal(again.error?.code, status.FAILED_PRECONDITION);
    const details = again.error?.metadata.get("grpc-status-details-bin")[0]?.toString() ?? "";
    t.match(details, /CARD_DECLINED/);
    t.match(details, /do_not_honor/);
    t.match(details, new RegExp(intent?.id ?? "none"));
    t.equal((await shop.sales()).length, 1, "a retry over the other face is the same call");
    const { json } = await shop.charge({ amount: 21_000 });
    t.equal(json.error.decline_code, "authentication_required", "nobody was there to authenticate");
  },
);

await eachEngine(t, "a declined payment is confirmed with another card, or given up", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const other = await shop.storeCard({ cardNumber: "5573471234567898", cardCVV: "159" });
  await shop.charge({ amount: 12_000 }, "first");
  const [{ id } = { id: "" }] = await shop.intents();
  const confirm = (body: object, key?: string) => shop.call("POST", `${INTENTS}/${id}/confirm`, body, key);
  t.match(await confirm({ payment_method: "pm_nobody" }), {
    status: 400,
    json: { error: { param: "payment_method" } },
  });
  t.match(await confirm({ payment_method: other }, "second"), { status: 402 });
  t.match(await shop.sales(), [
    { transactionUnique: `${id}-1`, cardMask: "492942******0821" },
    { transactionUnique: `${id}-2`, cardMask: "557347******7898" },
  ]);
  const canceled = await shop.call("POST", `${INTENTS}/${id}/cancel`, {}, "third");
  t.match(canceled, { status: 200, json: { status: "canceled", amount_received: 0 } });
  t.equal((await shop.call("POST", `${INTENTS}/${id}/cancel`, {}, "third")).text, canceled.text);
  for (const end of ["confirm", "cancel"]) {
    const late = await shop.call("POST", `${INTENTS}/${id}/${end}`, {});
    t.match(late, { status: 400, json: { error: { code: "payment_intent_unexpected_state" } } }, end);
  }
  for (const key of ["first", "second"])
    t.equal((await confirm({ payment_method: other }, key)).status, key === "first" ? 400 : 402);
  t.equal((await shop.sales()).length, 2);
});

await eachEngine(t, "a session's payment can be neither confirmed nor canceled", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { data } = (await shop.call("GET", INTENTS)).json;
  for (const end of ["confirm", "cancel"]) {
    const answer = await shop.call("POST", `${INTENTS}/${data[0].id}/${end}`, {});
    t.match(answer, {
      status: 400,
      json: { error: { code: "payment_intent_unexpected_state", param: "id" } },
    });
  }
  const { json } = await shop.call("POST", "/v1/checkout/sessions", anOrder());
  t.match(await shop.call("POST", `${INTENTS}/${json.id}/cancel`, {}), { status: 404 });
});

await eachEngine(t, "a direct charge is given back in two parts, and no more", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { id } = (await shop.charge()).json;
  const refund = (amount: number) => shop.call("POST", "/v1/refunds", { payment_intent: id, amount });
  t.match(await refund(500), { status: 200, json: { status: "succeeded", amount: 500 } });
  t.match(await refund(701), { status: 400 });
  t.match(await refund(700), { status: 200, json: { status: "succeeded" } });
  const read = (await shop.call("GET", `${INTENTS}/${id}`)).json;
  t.match(read, { status: "succeeded", amount_received: 1200, amount_refunded: 1200 });
});
