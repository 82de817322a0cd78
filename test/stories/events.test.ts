import t from "tap";

import { createTestMerchant, startTestApp, type TestApp, testConfig } from "../support/app.js";
import { CUSTOMER, openCardShop } from "../support/charges.js";
import { eachEngine, until } from "../support/database.js";
import { connect } from "../support/grpc.js";
import { HELD, holdPayment, resolve } from "../support/held.js";
import { openPaid } from "../support/refunds.js";

/** Where the objects of each kind are read: over HTTP, and over gRPC. */
const KINDS = {
  checkout_session: ["/v1/checkout/sessions", "CheckoutService", "GetCheckoutSession", "checkout_session"],
  customer: ["/v1/customers", "CustomerService", "GetCustomer", "customer"],
  held_payment: ["/v1/held_payments", "HeldPaymentService", "GetHeldPayment", "held_payment"],
  payment_intent: ["/v1/payment_intents", "PaymentIntentService", "GetPaymentIntent", "payment_intent"],
  payment_method: ["/v1/payment_methods", "PaymentMethodService", "GetPaymentMethod", "payment_method"],
  refund: ["/v1/refunds", "RefundService", "GetRefund", "refund"],
} as const;

type Kind = keyof typeof KINDS;

/** An event as the API lists it. */
interface Listed {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly data: { readonly object: { readonly id: string } };
}

/** What a GET answered when an event had just happened. */
interface Seen {
  readonly type: string;
  readonly text: string;
  /** The same object over gRPC. */
  readonly message: unknown;
}

await eachEngine(
  t,
  "an event has its object as GET answered it at that moment, however late it is read",
  async (t, engine) => {
    const shop = await openCardShop(t, engine);
    const { app, merchant, card, call } = shop;
    const watch = createWatch(app, merchant.testKey);
    const seen: Seen[] = [];
    const see = async (type: string, kind: Kind, id: string): Promise<void> => {
      seen.push({ type, ...(await watch.read(kind, id)) });
    };

    const customer: string = (await call("POST", "/v1/customers", { name: "Ada", metadata: { a: "1" } })).json
      .id;
    await see("customer.created", "customer", customer);
    await call("POST", `/v1/customers/${customer}`, { name: "Grace" });
    await see("customer.updated", "customer", customer);
    const session: string = (await call("GET", "/v1/checkout/sessions?limit=1")).json.data[0].id;
    await see("checkout.session.completed", "checkout_session", session);
    await see("payment_method.attached", "payment_method", card);
    const charged = (await shop.charge({ metadata: { order: "7" } })).json;
    await see("payment_intent.succeeded", "payment_intent", charged.id);
    const refund = (await call("POST", "/v1/refunds", { payment_intent: charged.id, amount: 200 })).json;
    await see("charge.refunded", "payment_intent", charged.id);
    await see("refund.updated", "refund", refund.id);
    await call("POST", `/v1/payment_methods/${card}/detach`);
    await see("payment_method.detached", "payment_method", card);
    await call("DELETE", `/v1/customers/${customer}`);
    // Later changes change nothing of what was.
    await call("POST", `/v1/customers/${CUSTOMER}`, { name: "Another" });
    await call("POST", "/v1/refunds", { payment_intent: charged.id });

    const events = await watch.all();
    for (const { type, text, message } of seen) {
      const { id } = JSON.parse(text) as { id: string };
      const found = events.filter((event) => event.type === type && event.data.object.id === id);
      const wanted = found.find((event) => JSON.stringify(event.data.object) === text);
      t.ok(wanted, `${type}: ${text}\n${found.map((event) => JSON.stringify(event.data.object)).join("\n")}`);
      t.same(await watch.messageOf(wanted?.id ?? ""), message, `${type} over gRPC`);
    }
    t.same(
      events.map(({ sequence }) => sequence),
      events.map((_, at) => at + 1),
    );
  },
);

await eachEngine(t, "a held payment's event has it as GET answered it", async (t, engine) => {
  const story = await holdPayment(t, engine);
  const { app, mine, id } = story;
  const watch = createWatch(app, mine.liveKey);
  const created = await watch.read("held_payment", id);
  t.equal((await resolve(story, { resolution: "dismiss", note: "Seen at the gateway" })).status, 200);
  const dismissed = await watch.read("held_payment", id);
  const events = await watch.all();
  const textsOf = (type: string) =>
    events.filter((event) => event.type === type).map(({ data }) => JSON.stringify(data.object));
  t.same(textsOf("held_payment.created"), [created.text]);
  t.same(textsOf("held_payment.dismissed"), [dismissed.text]);
  t.not(created.text, dismissed.text);
  t.equal((await app.call("GET", `${HELD}/${id}`, mine.liveKey)).text, dismissed.text);
});

await eachEngine(t, "events are listed by type, object, time and sequence", async (t, engine) => {
  const { app, merchant, refund } = await openPaid(t, engine);
  const list = async (query: string): Promise<Listed[]> => {
    const answer = await app.call("GET", `/v1/events?limit=100&${query}`, merchant.testKey);
    t.equal(answer.status, 200, answer.text);
    return answer.json.data;
  };
  const back = (await refund({ amount: 100 })).json;
  const all = await createWatch(app, merchant.testKey).all();
  t.same(new Set((await list("type=charge.refunded")).map(({ type }) => type)), new Set(["charge.refunded"]));
  t.same(
    (await list("type=refund.*")).map(({ id }) => id),
    all
      .filter(({ type }) => type.startsWith("refund."))
      .map(({ id }) => id)
      .toReversed(),
    "the newest first",
  );
  t.same(
    await list("types=charge.refunded&types=checkout.session.*&after=0"),
    all.filter(({ type }) => type === "charge.refunded" || type.startsWith("checkout.session.")),
    "after a sequence the oldest first",
  );
  t.same(
    await list(`related_object=${back.id}&after=0`),
    all.filter(({ data }) => data.object.id === back.id),
  );
  t.same(await list("created[gt]=1"), all.toReversed());
  t.same(await list("created[lt]=1"), []);
  const middle = all[3];
  t.same(await list(`after=${middle?.sequence}`), all.slice(4));
  t.same(await list(`starting_after=${middle?.id}`), all.slice(0, 3).toReversed());
  t.same(await list(`ending_before=${middle?.id}`), all.slice(4).toReversed());
  const page = (await app.call("GET", "/v1/events?after=0&limit=2", merchant.testKey)).json;
  t.same([page.data, page.has_more], [all.slice(0, 2), true]);
  const bad = await app.call("GET", "/v1/events?type=refund", merchant.testKey);
  t.match([bad.status, bad.json.error], [400, { param: "type" }]);
});

await eachEngine(t, "events of others, and of the other mode, do not exist", async (t, engine) => {
  const config = testConfig(engine);
  const mine = await createTestMerchant(config, "Mine");
  const other = await createTestMerchant(config, "Other");
  const app = await startTestApp(t, config);
  await app.call("POST", "/v1/customers", mine.testKey, { name: "Ada" });
  const [event] = (await createWatch(app, mine.testKey).all()).slice(-1);
  const path = `/v1/events/${event?.id}`;
  t.equal((await app.call("GET", path, mine.testKey)).status, 200);
  for (const key of [mine.liveKey, other.testKey, other.liveKey]) {
    const absent = await app.call("GET", path, key);
    t.match([absent.status, absent.json.error], [404, { code: "resource_missing" }]);
    const listed = await createWatch(app, key).all();
    t.notOk(listed.some(({ id }) => id === event?.id));
    t.same(
      listed.map(({ sequence }) => sequence),
      listed.map((_, at) => at + 1),
      "each has its own sequence",
    );
    t.equal((await app.call("GET", `/v1/events?starting_after=${event?.id}`, key)).status, 400);
  }
});

/** Reads objects and events as a merchant does. */
function createWatch(app: TestApp, key: string) {
  const ask = async (service: string, method: string, id: string) => {
    const client = await connect(app.urls.grpc, { service });
    const { answer, error } = await client.call(method, { id }, key);
    client.close();
    if (error !== undefined) throw error;
    return answer;
  };
  return {
    async read(kind: Kind, id: string): Promise<{ readonly text: string; readonly message: unknown }> {
      const [path, service, method, field] = KINDS[kind];
      const { text } = await app.call("GET", `${path}/${id}`, key);
      return { text: text.trim(), message: (await ask(service, method, id))[field] };
    },
    /** The object of an event over gRPC. */
    async messageOf(eventId: string): Promise<unknown> {
      const { event } = await ask("EventService", "GetEvent", eventId);
      return Object.values(event.data)[0];
    },
    /** All events, in the order of their sequence, once all that happened has one. */
    async all(): Promise<Listed[]> {
      await until("all is numbered", async () => {
        const [row] = await app.db.manager.query("SELECT count(*) AS n FROM event WHERE numbered_at IS NULL");
        return Number(row.n) === 0;
      });
      return (await app.call("GET", "/v1/events?after=0&limit=100", key)).json.data;
    },
  };
}
