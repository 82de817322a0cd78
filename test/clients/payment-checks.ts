import { CUSTOMER } from "../support/charges.js";
import { type Check, failsWith, notThere, type StripeShop, type Verdict } from "./shop.js";

/** Checks of payments and refunds. */
export const PAYMENT_CHECKS: Readonly<Record<string, readonly [Verdict, Check]>> = {
  "paymentIntents.create with confirm": [
    "works",
    async (t, shop) => {
      const intent = await shop.stripe.paymentIntents.create({ ...charge(shop), description: "Invoice 7" });
      t.match(intent, {
        status: "succeeded",
        amount_received: 1200,
        description: "Invoice 7",
        customer: CUSTOMER,
      });
      t.match(intent.latest_charge, { id: /^ch_/, object: "charge", paid: true });
    },
  ],
  "paymentIntents.create with receipt_email, statement_descriptor": [
    "differs",
    async (t, shop) => {
      const texts = { receipt_email: "ada@example.com", statement_descriptor: "SHOP 7" };
      t.match(await shop.stripe.paymentIntents.create({ ...charge(shop), ...texts }), texts);
      const call = shop.stripe.paymentIntents.create({ ...charge(shop), statement_descriptor: "7*7" });
      t.match(await failsWith(t, "StripeInvalidRequestError", call), { param: "statement_descriptor" });
      const suffix = shop.stripe.paymentIntents.create({ ...charge(shop), statement_descriptor_suffix: "7" });
      await failsWith(t, "StripeInvalidRequestError", suffix);
    },
  ],
  "paymentIntents.create, a declined card": [
    "works",
    async (t, shop) => {
      const call = shop.stripe.paymentIntents.create({ ...charge(shop), amount: 12_000 });
      const error = await failsWith(t, "StripeCardError", call);
      t.match(error, { statusCode: 402, code: "card_declined", decline_code: "do_not_honor" });
      t.match(error.payment_intent, { object: "payment_intent", status: "requires_payment_method" });
    },
  ],
  "paymentIntents.create without confirm": [
    "differs",
    async (t, shop) => {
      const { stripe, card } = shop;
      const bare = { amount: 1200, currency: "gbp", automatic_payment_methods: { enabled: true } } as const;
      const intent = await stripe.paymentIntents.create(bare, { idempotencyKey: "unconfirmed" });
      t.match(intent, { status: "requires_payment_method", amount_received: 0, last_payment_error: null });
      t.notOk(intent.client_secret, "there is no page of the browser's own to confirm it on");
      const confirmed = await stripe.paymentIntents.confirm(intent.id, { payment_method: card });
      t.match(confirmed, { id: intent.id, status: "succeeded", customer: CUSTOMER });
      const again = await stripe.paymentIntents.create(bare, { idempotencyKey: "unconfirmed" });
      t.match(again, { id: intent.id, status: "requires_payment_method" }, "the first answer");
    },
  ],
  "paymentIntents.confirm": [
    "works",
    async (t, shop) => {
      const { stripe } = shop;
      const intent = await stripe.paymentIntents.create({
        ...charge(shop),
        confirm: false,
        off_session: false,
      });
      t.equal(intent.status, "requires_confirmation");
      const confirmed = await stripe.paymentIntents.confirm(intent.id, { receipt_email: "ada@example.com" });
      t.match(confirmed, { status: "succeeded", receipt_email: "ada@example.com" });
      await failsWith(t, "StripeInvalidRequestError", stripe.paymentIntents.confirm(intent.id));
    },
  ],
  "paymentIntents.cancel": [
    "works",
    async (t, { stripe }) => {
      const { id } = await stripe.paymentIntents.create({ amount: 1200, currency: "gbp" });
      const canceled = await stripe.paymentIntents.cancel(id, { cancellation_reason: "abandoned" });
      t.match(canceled, { status: "canceled", cancellation_reason: "abandoned", canceled_at: Number });
      await failsWith(t, "StripeInvalidRequestError", stripe.paymentIntents.confirm(id));
    },
  ],
  "paymentIntents.update": [
    "differs",
    async (t, shop) => {
      const { stripe } = shop;
      const { id } = await stripe.paymentIntents.create(charge(shop));
      const changed = await stripe.paymentIntents.update(id, { metadata: { a: "1" }, description: "B" });
      t.match(changed, { metadata: { a: "1" }, description: "B" });
      const texts = { receipt_email: "ada@example.com", statement_descriptor: "SHOP 7" };
      const told = stripe.paymentIntents.update(id, texts);
      t.match(await failsWith(t, "StripeInvalidRequestError", told), { param: "statement_descriptor" });
      const later = await stripe.paymentIntents.create({
        ...charge(shop),
        confirm: false,
        off_session: false,
      });
      t.match(await stripe.paymentIntents.update(later.id, texts), texts);
      await failsWith(t, "StripeInvalidRequestError", stripe.paymentIntents.update(id, { amount: 1 }));
    },
  ],
  "paymentIntents.retrieve": [
    "differs",
    async (t, shop) => {
      const { stripe } = shop;
      const { id } = await stripe.paymentIntents.create(charge(shop));
      const intent = await stripe.paymentIntents.retrieve(id, {
        expand: ["latest_charge", "payment_method"],
      });
      t.match(intent, { latest_charge: { id: /^ch_/ }, payment_method: { id: shop.card } });
      t.type((await stripe.paymentIntents.retrieve(id)).latest_charge, "object", "always an object");
    },
  ],
  "paymentIntents.list": [
    "differs",
    async (t, shop) => {
      await shop.stripe.paymentIntents.create(charge(shop));
      const all: string[] = [];
      for await (const { id } of shop.stripe.paymentIntents.list({ customer: CUSTOMER, limit: 1 }))
        all.push(id);
      t.ok(all.length > 1);
    },
  ],
  "paymentIntents.create with capture_method: manual": [
    "works",
    async (t, shop) => {
      const { id } = await shop.stripe.paymentIntents.create({ ...charge(shop), capture_method: "manual" });
      const intent = await shop.stripe.paymentIntents.retrieve(id);
      t.match(intent, { status: "requires_capture", amount_capturable: 1200, amount_received: 0 });
      t.match(await shop.stripe.paymentIntents.cancel(id), { status: "canceled" });
    },
  ],
  "paymentIntents.capture": [
    "differs",
    async (t, { stripe, ...shop }) => {
      const { id } = await stripe.paymentIntents.create({
        ...charge({ stripe, ...shop }),
        capture_method: "manual",
      });
      const part = { amount_to_capture: 700 };
      t.match(await stripe.paymentIntents.capture(id, part), { status: "succeeded", amount_received: 700 });
      await failsWith(t, "StripeInvalidRequestError", stripe.paymentIntents.capture(id));
    },
  ],
  "paymentIntents.search, incrementAuthorization": [
    "refused",
    notThere(({ stripe }) => stripe.paymentIntents.incrementAuthorization("pi_1", { amount: 1 })),
  ],
  charges: ["refused", notThere(({ stripe }) => stripe.charges.retrieve("ch_1"))],
  "refunds.create": [
    "works",
    async (t, shop) => {
      const { id } = await shop.stripe.paymentIntents.create(charge(shop));
      const part = { payment_intent: id, amount: 200, reason: "requested_by_customer" } as const;
      t.match(await shop.stripe.refunds.create(part), { object: "refund", amount: 200, payment_intent: id });
      t.match(await shop.stripe.refunds.create({ payment_intent: id }), { amount: 1000 });
      await failsWith(t, "StripeInvalidRequestError", shop.stripe.refunds.create({ payment_intent: id }));
    },
  ],
  "refunds.retrieve, update, list": [
    "works",
    async (t, shop) => {
      const { stripe } = shop;
      const { id: payment } = await stripe.paymentIntents.create(charge(shop));
      const { id } = await stripe.refunds.create({ payment_intent: payment });
      t.match(await stripe.refunds.update(id, { metadata: { a: "1" } }), { id, metadata: { a: "1" } });
      t.match(await stripe.refunds.retrieve(id), { id, metadata: { a: "1" } });
      t.match((await stripe.refunds.list({ payment_intent: payment })).data, [{ id }]);
    },
  ],
  "refunds.create with charge": [
    "refused",
    notThere(({ stripe }) => stripe.refunds.create({ charge: "ch_1" })),
  ],
  "refunds.cancel": ["refused", notThere(({ stripe }) => stripe.refunds.cancel("re_1"))],
};

function charge({ card }: StripeShop) {
  return {
    customer: CUSTOMER,
    payment_method: card,
    amount: 1200,
    currency: "gbp",
    confirm: true,
    off_session: true,
  } as const;
}
