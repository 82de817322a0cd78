import { status } from "@grpc/grpc-js";
import t from "tap";

import { authorizedShop } from "../support/authorized.js";
import { press } from "../support/bank.js";
import { openPage } from "../support/browser.js";
import { INTENTS, openCardShop } from "../support/charges.js";
import { eachEngine } from "../support/database.js";
import { connect } from "../support/grpc.js";

const UNEXPECTED_STATE = {
  status: 400,
  json: { error: { code: "payment_intent_unexpected_state", param: "id" } },
};

await eachEngine(t, "what is not authorized is not captured, nor more than is", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { authorize, capture, asked } = authorizedShop(shop);
  t.match(await capture("pi_nothing"), { status: 404, json: { error: { code: "resource_missing" } } });
  t.match(
    await capture((await shop.charge()).json.id),
    UNEXPECTED_STATE,
    "a payment that is captured at once",
  );
  const { id } = await authorize();
  t.match(await capture(id, 1201, "once"), {
    status: 400,
    json: { error: { code: "amount_too_large", param: "amount_to_capture", message: /Only 1200 gbp/ } },
  });
  t.match(await capture(id, 0, "once"), { status: 400, json: { error: { param: "amount_to_capture" } } });
  t.equal(asked("CAPTURE"), 0);
  t.equal((await capture(id, 1200, "once")).status, 200, "not even the key was stored");
});

await eachEngine(
  t,
  "an authorized charge is captured once, in full, and then refunded",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { authorize, capture, cancel, events, asked, read } = authorizedShop(shop);
    const authorized = await authorize();
    t.match(authorized, {
      status: "requires_capture",
      amount: 1200,
      amount_capturable: 1200,
      amount_received: 0,
      capture_method: "manual",
      latest_charge: {
        paid: true,
        captured: false,
        amount: 1200,
        amount_captured: 0,
        capture_before: Number,
      },
    });
    const { id } = authorized;
    const stands = authorized.latest_charge.capture_before - authorized.created - 4.75 * 86_400;
    t.ok(stands >= 0 && stands < 60, "from the authorization on; nobody was there");
    t.match(await shop.sales(), [{ state: "approved", amountReceived: 1200 }]);
    t.match(await shop.call("POST", "/v1/refunds", { payment_intent: id }), {
      status: 400,
      json: { error: { code: "payment_not_refundable" } },
    });
    const captured = await capture(id, undefined, "once");
    t.match(captured, {
      status: 200,
      json: {
        status: "succeeded",
        amount: 1200,
        amount_capturable: 0,
        amount_received: 1200,
        latest_charge: { captured: true, amount_captured: 1200 },
      },
    });
    t.equal((await capture(id, undefined, "once")).text, captured.text);
    t.match(await capture(id), UNEXPECTED_STATE, "a second capture");
    t.match(await cancel(id), UNEXPECTED_STATE, "a cancellation after it");
    t.equal(asked("CAPTURE"), 1);
    t.equal(asked("CANCEL"), 0);
    t.match(await shop.sales(), [{ state: "captured", amountReceived: 1200 }]);
    t.same(await events(id), ["created", "processing", "amount_capturable_updated", "succeeded"]);
    const refund = await shop.call("POST", "/v1/refunds", { payment_intent: id });
    t.match(refund.json, { amount: 1200, status: "succeeded" });
    t.match(await read(id), {
      amount_received: 1200,
      amount_refunded: 1200,
      latest_charge: { refunded: true },
    });
  },
);

await eachEngine(
  t,
  "of an authorized session less is captured, and no more than that refunded",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { authorizeSession, capture, readSession, read } = authorizedShop(shop);
    const session = await authorizeSession();
    const before = await readSession(session);
    t.match(before, { status: "complete", payment_status: "unpaid", amount_total: 2000, amount_received: 0 });
    const intent = await read(before.payment_intent);
    t.match(intent, { status: "requires_capture", amount_capturable: 2000, checkout_session: session });
    t.equal(intent.latest_charge.capture_before - intent.created, 7 * 86_400);
    t.match((await capture(intent.id, 1500)).json, {
      status: "succeeded",
      amount: 2000,
      amount_received: 1500,
    });
    t.match(await readSession(session), { payment_status: "partially_paid", amount_received: 1500 });
    const refund = (amount: number) =>
      shop.call("POST", "/v1/refunds", { payment_intent: intent.id, amount });
    t.match(await refund(1501), { status: 400, json: { error: { code: "refund_too_large" } } });
    t.match(await refund(500), { json: { status: "succeeded" } });
    await shop.desk.settle();
    t.match(await refund(1000), { json: { status: "succeeded" } });
    t.match(await read(intent.id), { amount_received: 1500, amount_refunded: 1500 });
    const whole = await authorizeSession();
    await capture((await readSession(whole)).payment_intent);
    t.match(await readSession(whole), { payment_status: "paid", amount_received: 2000 });
  },
);

await eachEngine(
  t,
  "an authorization is released once, and nothing of it is captured then",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { authorizeSession, capture, cancel, readSession, read, events, asked } = authorizedShop(shop);
    const session = await authorizeSession();
    const { payment_intent: id } = await readSession(session);
    const canceled = await cancel(id, "once");
    t.match(canceled, {
      status: 200,
      json: {
        status: "canceled",
        amount_received: 0,
        amount_capturable: 0,
        latest_charge: { refunded: true },
      },
    });
    t.equal((await cancel(id, "once")).text, canceled.text);
    t.match(await capture(id), UNEXPECTED_STATE);
    t.match(await cancel(id), UNEXPECTED_STATE);
    t.equal(asked("CANCEL"), 1);
    t.equal(asked("CAPTURE"), 0);
    t.match(await readSession(session), { status: "complete", payment_status: "unpaid", amount_received: 0 });
    t.match(await events(id), ["created", "amount_capturable_updated", "canceled"]);
    t.match(await read(id), { canceled_at: Number, cancellation_reason: null });
  },
);

await eachEngine(t, "of a capture and a cancellation at once, one is made", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { authorize, capture, cancel, read, asked } = authorizedShop(shop);
  const { id } = await authorize();
  const answers = await Promise.all([capture(id), cancel(id), capture(id), cancel(id)]);
  t.equal(answers.filter(({ status: code }) => code === 200).length, 1);
  t.equal(answers.filter(({ status: code }) => code === 400).length, 3);
  t.equal(asked("CAPTURE") + asked("CANCEL"), 1);
  const [sale] = await shop.sales();
  const end = await read(id);
  t.equal(end.status, sale?.state === "captured" ? "succeeded" : "canceled");
  t.equal(end.amount_received, sale?.amountReceived);
});

await eachEngine(t, "a payment is authorized and captured over gRPC", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { authorize } = authorizedShop(shop);
  const { id } = await authorize();
  const client = await connect(shop.app.urls.grpc, { service: "PaymentIntentService" });
  t.teardown(client.close);
  const { testKey } = shop.merchant;
  const tooMuch = await client.call("CapturePaymentIntent", { id, amount_to_capture: 1300 }, testKey);
  t.equal(tooMuch.error?.code, status.INVALID_ARGUMENT);
  const { answer } = await client.call("CapturePaymentIntent", { id, amount_to_capture: 300 }, testKey);
  t.match(answer.payment_intent, { status: "PAYMENT_INTENT_STATUS_SUCCEEDED", amount_received: "300" });
  const again = await client.call("CapturePaymentIntent", { id }, testKey);
  t.equal(again.error?.code, status.FAILED_PRECONDITION);
});

await eachEngine(t, "a payment to be captured later is confirmed later, too", async (t, engine) => {
  const shop = await openCardShop(t, engine);
  const { authorize, capture } = authorizedShop(shop);
  const { id } = await authorize({ confirm: false });
  t.match(await capture(id), UNEXPECTED_STATE);
  const confirmed = await shop.call("POST", `${INTENTS}/${id}/confirm`, {});
  t.match(confirmed.json, { status: "requires_capture", amount_capturable: 1200, capture_method: "manual" });
  t.match((await capture(id)).json, { status: "succeeded", amount_received: 1200 });
});

await eachEngine(
  t,
  "a payment that its shopper authenticates is authorized, then captured or released",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { authorize, capture, cancel, read, events, asked } = authorizedShop(shop);
    const wanted = async (): Promise<{ id: string; url: string }> => {
      const { id, next_action } = await authorize({ amount: 20_000, off_session: false });
      return { id, url: next_action.redirect_to_url.url };
    };
    const failed = await wanted();
    t.match(await capture(failed.id), UNEXPECTED_STATE, "nothing is authorized before they authenticate");
    await press(failed.url, "fail");
    const unpaid = { status: "requires_payment_method", amount_capturable: 0, amount_received: 0 };
    t.match(await read(failed.id), unpaid);
    t.match(await capture(failed.id), UNEXPECTED_STATE, "nor after they have failed to");
    t.equal(asked("CAPTURE"), 0);

    const { id, url } = await wanted();
    await press(url, "authenticate");
    t.match(await read(id), {
      status: "requires_capture",
      amount_capturable: 20_000,
      amount_received: 0,
      latest_charge: { captured: false, three_d_secure: { result: "authenticated" } },
    });
    const page = (await openPage(url)).text;
    t.match(page, /Your payment is authorised Nothing has been taken yet/);
    t.match(page, /Test shop will take the payment later/);
    t.match((await capture(id, 15_000)).json, { status: "succeeded", amount_received: 15_000 });
    t.match((await openPage(url)).text, /Thank you for your payment You have paid/);
    const told = ["created", "processing", "requires_action", "processing"];
    t.same(await events(id), [...told, "amount_capturable_updated", "succeeded"]);

    const other = await wanted();
    await press(other.url, "authenticate");
    t.match((await cancel(other.id)).json, { status: "canceled", amount_received: 0 });
    t.match(await capture(other.id), UNEXPECTED_STATE);
    t.same(await events(other.id), [...told, "amount_capturable_updated", "canceled"]);
    t.match(
      (await shop.sales()).map(({ state, amountReceived }) => ({ state, amountReceived })),
      [
        { state: "declined", amountReceived: 0 },
        { state: "captured", amountReceived: 15_000 },
        { state: "canceled", amountReceived: 0 },
      ],
    );
    t.equal(asked("CAPTURE") + asked("CANCEL"), 2);
  },
);
