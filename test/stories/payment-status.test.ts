import t from "tap";

import { openPage, postPage } from "../support/browser.js";
import { eachEngine, until } from "../support/database.js";
import { paidMessage, signedBody } from "../support/gateway.js";
import { HELD, holdPayment, resolve } from "../support/held.js";
import {
  advance,
  endAtGateway,
  openScene,
  payAndLeave,
  pendingOf,
  type Scene,
  takeTokenAway,
  untilAsked,
} from "../support/reconciliation.js";
import { callback, openSession, read } from "../support/results.js";

const CARD = { cardNumber: "4929421234600821", cardExpiryMonth: "12", cardExpiryYear: "29", cardCVV: "356" };

await eachEngine(
  t,
  "a payment that waits for a person reads held until somebody has decided, and is not paid before",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    const { app, mine, session } = story;
    t.match(await read(app, mine, session), {
      status: "open",
      payment_status: "held",
      amount_received: 0,
      payment_intent: null,
    });
    const attempts = async () =>
      (await app.call("GET", `/v1/checkout/sessions/${session.id}/attempts`, mine.liveKey)).json.data;
    t.match(await attempts(), [{ id: story.id, outcome: "held", amount_received: 1500, currency: "gbp" }]);
    const page = await openPage(`${app.local}/pay/${session.id}`);
    t.match(page.text, /The shop has to look at your payment/);
    t.match(page.text, /Shop Mine Amount £29\.99/);
    t.notMatch(page.text, /TEST|told as soon/, "a live page, which promises nothing");
    await resolve(story, { resolution: "dismiss", note: "not ours" });
    t.match(await read(app, mine, session), { status: "open", payment_status: "unpaid" });
    t.match(await attempts(), [{ outcome: "dismissed" }]);
  },
);

for (const [what, changes, status, amount] of [
  ["below its total", { amountReceived: "1500" }, "partially_paid", 1500],
  ["in another currency", { currencyCode: "978" }, "partially_paid", 0],
  ["above its total", { amountReceived: "3500" }, "paid", 3500],
  ["of its total by another code", { responseCode: "11" }, "paid", 2999],
] as const) {
  await eachEngine(t, `a session with an accepted payment ${what} reads ${status}`, async (t, engine) => {
    const story = await holdPayment(t, engine, changes);
    const { app, mine, session } = story;
    t.equal((await resolve(story, { resolution: "accept" })).status, 200);
    const accepted = {
      status: "complete",
      payment_status: status,
      amount_received: amount,
      amount_total: 2999,
    };
    t.match(await read(app, mine, session), accepted);
    const { json } = await app.call("GET", `/v1/checkout/sessions/${session.id}/attempts`, mine.liveKey);
    t.match(json.data, [{ outcome: "accepted" }]);
    const told = await until("its event is numbered", async () => {
      const { json: events } = await app.call("GET", "/v1/events?limit=100", mine.liveKey);
      return (events.data as { type: string; data: object }[]).find(
        ({ type }) => type === "checkout.session.completed",
      );
    });
    t.same(told?.data, { object: await read(app, mine, session) }, "the event says the same");
  });
}

await eachEngine(
  t,
  "a decline in another tab does not make a payment that is only authorized one that was received",
  async (t, engine) => {
    const manual = { payment_intent_data: { capture_method: "manual" } };
    const { app, mine, session } = await openSession(t, engine, manual);
    const { gatewayMerchantId, secret } = mine.live;
    const tell = async (changes: Record<string, string>) =>
      await callback(app, signedBody(paidMessage(session, gatewayMerchantId, changes), secret));
    await tell({ state: "approved" });
    const authorized = { status: "complete", payment_status: "unpaid", amount_received: 0 };
    t.match(await read(app, mine, session), authorized);
    await tell({ responseCode: "5", responseStatus: "1", amountReceived: "0", state: "declined" });
    t.match(await read(app, mine, session), authorized);
  },
);

await eachEngine(
  t,
  "what is accepted of the same transaction later raises what was received",
  async (t, engine) => {
    const story = await holdPayment(t, engine);
    const { app, mine, session, message } = story;
    await resolve(story, { resolution: "accept" });
    t.match(await read(app, mine, session), { payment_status: "partially_paid", amount_received: 1500 });
    await callback(app, signedBody({ ...message, amountReceived: "2999" }, mine.live.secret));
    const { json } = await app.call("GET", `${HELD}?resolved=false`, mine.liveKey);
    await resolve({ ...story, id: json.data[0].id }, { resolution: "accept" });
    t.match(await read(app, mine, session), { payment_status: "paid", amount_received: 2999 });
  },
);

for (const end of ["approved", "declined"] as const) {
  await eachEngine(t, `a payment in progress reads processing, until it is ${end}`, async (t, engine) => {
    const scene = await openScene(t, engine);
    await takeTokenAway(scene);
    await payAndLeave(scene, { outcome: "in_progress" });
    t.match(await sessionOf(scene), { status: "open", payment_status: "processing", amount_received: 0 });
    const page = await openPage(scene.session.url);
    t.match(page.text, /being checked/);
    t.match(page.text, /TEST/);
    t.match(page.text, /Shop Test shop Amount £29\.99/);
    t.match(page.html, /aria-live="polite"/);
    await advance(scene, 60);
    await untilAsked(scene, 1);
    t.match(await sessionOf(scene), { payment_status: "processing" }, "also after the gateway was asked");
    await endAtGateway(scene, end);
    await advance(scene, 240);
    const status = end === "approved" ? "paid" : "unpaid";
    await until("it is known", async () => (await sessionOf(scene)).payment_status === status);
    t.match(await sessionOf(scene), {
      amount_received: end === "approved" ? 2999 : 0,
      last_payment_error: end === "approved" ? null : { code: "card_declined" },
    });
  });
}

await eachEngine(
  t,
  "a payment in progress on a form that was taken past this service reads processing, and is asked about",
  async (t, engine) => {
    const scene = await openScene(t, engine);
    const { app, session } = scene;
    const [form] = (await openPage(session.url)).forms;
    const cardPage = await postPage(`${app.local}/sandbox/hosted/`, form?.fields ?? []);
    t.same(await pendingOf(scene), [], "the service does not know that it is out");
    await cardPage.forms[0]?.submit({ ...CARD, outcome: "in_progress" });
    t.match(await sessionOf(scene), { status: "open", payment_status: "processing" });
    t.match(await pendingOf(scene), [{ reference: `${session.id}-1` }]);
    t.match((await openPage(session.url)).text, /being checked/, "nobody is asked to pay twice");
    await endAtGateway(scene, "approved");
    await advance(scene, 60);
    await until("it is known", async () => (await sessionOf(scene)).payment_status === "paid");
  },
);

await eachEngine(
  t,
  "a shopper who has not paid is led to the pay page, and told nothing of a check",
  async (t, engine) => {
    const { app, mine, session } = await openSession(t, engine);
    const pay = new RegExp(`/pay/${session.id}$`);
    const goTo = async (path: string, method: string) =>
      await fetch(`${app.local}/pay/${session.id}${path}`, { method, redirect: "manual" });
    for (const [path, method] of [
      ["/return", "GET"],
      ["/check", "POST"],
    ] as const) {
      const answer = await goTo(path, method);
      t.match([answer.status, answer.headers.get("location")], [303, pay], `${method} ${path}`);
    }
    for (const method of ["GET", "HEAD"]) {
      const again = await goTo("/check", method);
      const waits = new RegExp(`/pay/${session.id}/return$`);
      t.match([again.status, again.headers.get("location")], [303, waits], `${method}: a tab is restored`);
    }
    // The gateway refuses a request of an attempt that is known to have failed: nothing is in doubt.
    const refused = { responseCode: "65554", responseStatus: "2", state: "", amountReceived: "0" };
    const declined = { ...refused, responseCode: "5", responseStatus: "1", state: "declined" };
    for (const said of [declined, refused]) {
      const message = paidMessage(session, mine.live.gatewayMerchantId, said);
      await callback(app, signedBody(message, mine.live.secret));
    }
    t.match(await read(app, mine, session), { payment_status: "unpaid" });
    t.match((await goTo("/return", "GET")).headers.get("location"), pay);
  },
);

async function sessionOf({ app, merchant, session }: Scene) {
  return (await app.call("GET", `/v1/checkout/sessions/${session.id}`, merchant.testKey)).json;
}
