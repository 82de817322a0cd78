import t from "tap";

import { eachEngine } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { connect } from "../support/grpc.js";
import { anOrder } from "../support/orders.js";
import { callback, openSession, type Session } from "../support/results.js";

const INTENTS = "/v1/payment_intents";

await eachEngine(t, "a payment is seen by its own merchant in its own mode only", async (t, engine) => {
  const { app, mine, other, session } = await openSession(t, engine);
  await callback(app, signedBody(paidMessage(session, mine.live.gatewayMerchantId), mine.live.secret));
  const [{ id }] = (await app.call("GET", INTENTS, mine.liveKey)).json.data;
  for (const key of [other.liveKey, mine.testKey]) {
    const missing = { status: 404, json: { error: { code: "resource_missing", param: "id" } } };
    t.match(await app.call("GET", `${INTENTS}/${id}`, key), missing);
    t.same((await app.call("GET", INTENTS, key)).json.data, []);
    const cursor = { status: 400, json: { error: { code: "resource_missing", param: "starting_after" } } };
    t.match(await app.call("GET", `${INTENTS}?starting_after=${id}`, key), cursor);
  }
});

await eachEngine(t, "a session's payment tells what the gateway said, over both faces", async (t, engine) => {
  const { app, mine, session } = await openSession(t, engine, { customer: "cus_abc123" });
  const message = paidMessage(session, mine.live.gatewayMerchantId, {
    customerName: "Ada Lovelace",
    customerPostcode: "NN17 8YG",
    cv2Check: "matched",
    addressCheck: "not checked",
    threeDSEnabled: "Y",
    threeDSAuthenticated: "Y",
    threeDSECI: "05",
    threeDSVersion: "2.2.0",
  });
  await callback(app, signedBody(message, mine.live.secret));
  const { json: read } = await app.call("GET", `/v1/checkout/sessions/${session.id}`, mine.liveKey);
  const { json } = await app.call("GET", `${INTENTS}/${read.payment_intent}`, mine.liveKey);
  t.same(json, {
    id: read.payment_intent,
    object: "payment_intent",
    amount: 2999,
    amount_received: 2999,
    amount_refunded: 0,
    currency: "gbp",
    status: "succeeded",
    customer: "cus_abc123",
    payment_method: read.payment_method,
    checkout_session: session.id,
    latest_charge: {
      authorization_code: "347414",
      cvc_check: "pass",
      address_line1_check: "unchecked",
      address_postal_code_check: "unavailable",
      three_d_secure: { result: "authenticated", electronic_commerce_indicator: "05", version: "2.2.0" },
      decline_code: null,
      message: "AUTHCODE:347414",
      id: json.latest_charge.id,
      object: "charge",
      amount: 2999,
      amount_captured: 2999,
      amount_refunded: 0,
      currency: "gbp",
      paid: true,
      refunded: false,
      status: "succeeded",
      payment_intent: read.payment_intent,
      captured: true,
      capture_before: null,
    },
    billing_details: {
      name: "Ada Lovelace",
      email: null,
      phone: null,
      address: {
        line1: "Flat 6",
        line2: "347 Lavender Road",
        city: null,
        state: null,
        postal_code: "NN17 8YG",
        country: null,
      },
    },
    last_payment_error: null,
    settlement: { status: "pending", settled_at: null },
    created: json.created,
    livemode: true,
    metadata: {},
    description: null,
    statement_descriptor: null,
    receipt_email: null,
    next_action: null,
    hosted_payment_url: null,
    cancellation_reason: null,
    canceled_at: null,
    payment_method_types: ["card"],
    capture_method: "automatic",
    amount_capturable: 0,
  });
  const client = await connect(app.urls.grpc, { service: "PaymentIntentService" });
  t.teardown(client.close);
  const { answer } = await client.call("GetPaymentIntent", { id: json.id }, mine.liveKey);
  t.match(answer.payment_intent, {
    id: json.id,
    amount_received: "2999",
    status: "PAYMENT_INTENT_STATUS_SUCCEEDED",
    latest_charge: { cvc_check: "CARD_CHECK_PASS" },
    billing_details: { name: "Ada Lovelace" },
  });
});

await eachEngine(
  t,
  "payments are listed newest first, in pages, by customer and session",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine, { customer: "cus_abc123" });
    const sessions: Session[] = [session];
    for (let more = 0; more < 2; more++) {
      sessions.push((await app.call("POST", "/v1/checkout/sessions", mine.liveKey, anOrder())).json);
    }
    for (const each of sessions) {
      await callback(app, signedBody(paidMessage(each, mine.live.gatewayMerchantId), mine.live.secret));
    }
    const list = async (query: string) => (await app.call("GET", `${INTENTS}?${query}`, mine.liveKey)).json;
    const ids = (await list("")).data.map(({ id }: { id: string }) => id);
    t.equal(ids.length, 3);
    const found = async (query: string) =>
      (await list(query)).data.map(({ id }: { id: string }) => ids.indexOf(id));
    t.match(await list("limit=2"), { object: "list", has_more: true, url: INTENTS, data: { length: 2 } });
    t.same(await found(`starting_after=${ids[0]}`), [1, 2]);
    t.same(await found(`limit=1&ending_before=${ids[2]}`), [1]);
    t.same(await found("customer=cus_abc123"), [2]);
    t.same(await found("customer=cus_nobody"), []);
    t.same(await found(`checkout_session=${sessions[1]?.id}`), [1]);
  },
);
