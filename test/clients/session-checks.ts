import { CUSTOMER } from "../support/charges.js";
import { type Check, failsWith, notThere, ORDER, savedCard, type Verdict } from "./shop.js";

/** Checks of checkout sessions. */
export const SESSION_CHECKS: Readonly<Record<string, readonly [Verdict, Check]>> = {
  "checkout.sessions.create": [
    "works",
    async (t, { stripe }) => {
      const session = await stripe.checkout.sessions.create({
        ...ORDER,
        customer_email: "ada@example.com",
        ...OLDER,
        locale: "en",
        submit_type: "pay",
        client_reference_id: "order 17",
        metadata: { größe: "XL & mehr", empty: "" },
        allow_promotion_codes: false,
        payment_intent_data: {
          description: "Order 17",
          metadata: { order: "17" },
          receipt_email: "ada@example.com",
          statement_descriptor: "PRO PLAN 17",
        },
        expires_at: Math.trunc(Date.now() / 1000) + 3600,
      });
      t.match(session, {
        object: "checkout.session",
        status: "open",
        mode: "payment",
        amount_subtotal: 5998,
        amount_total: 5998,
        total_details: { amount_discount: 0 },
        customer_email: "ada@example.com",
        customer_details: { email: "ada@example.com" },
        payment_method_types: ["card"],
        metadata: { größe: "XL & mehr" },
        livemode: false,
      });
      t.match(session.url, /^http/);
      t.match(session.lastResponse.requestId, /^req_/);
    },
  ],
  "checkout.sessions.create with mode: setup": [
    "differs",
    async (t, { stripe }) => {
      const setup = { mode: "setup", success_url: "https://shop.example/saved" } as const;
      const created = await stripe.checkout.sessions.create(setup);
      t.match(created, {
        mode: "setup",
        payment_status: "no_payment_required",
        amount_total: 0,
        currency: "gbp",
      });
      t.match(await savedCard(stripe), {
        status: "complete",
        payment_intent: null,
        setup_intent: /^seti_/,
        customer: CUSTOMER,
      });
      const call = stripe.checkout.sessions.create({ ...ORDER, mode: "setup" });
      t.match(await failsWith(t, "StripeInvalidRequestError", call), { param: "line_items" });
    },
  ],
  "checkout.sessions.create with saved_payment_method_options": [
    "differs",
    async (t, { stripe }) => {
      const asked = { allow_redisplay_filters: ["always"], payment_method_save: "enabled" } as const;
      const options = { ...asked, allow_redisplay_filters: [...asked.allow_redisplay_filters] };
      const order = { ...ORDER, customer: CUSTOMER, saved_payment_method_options: options };
      const session = await stripe.checkout.sessions.create(order);
      t.match(session.saved_payment_method_options, asked);
      const limited = { allow_redisplay_filters: ["limited" as const] };
      const call = stripe.checkout.sessions.create({ ...order, saved_payment_method_options: limited });
      const error = await failsWith(t, "StripeInvalidRequestError", call);
      t.match(error, { code: "parameter_unsupported", message: /shopper has agreed/ });
    },
  ],
  "checkout.sessions.create with mode: subscription": [
    "refused",
    async (t, { stripe }) => {
      const call = stripe.checkout.sessions.create({ ...ORDER, mode: "subscription" });
      const error = await failsWith(t, "StripeInvalidRequestError", call);
      t.match(error, { param: "mode", code: "parameter_unsupported", message: /payment_intents/ });
    },
  ],
  "checkout.sessions.create with price": [
    "refused",
    async (t, { stripe }) => {
      const call = stripe.checkout.sessions.create({
        ...ORDER,
        line_items: [{ price: "price_1", quantity: 1 }],
      });
      const error = await failsWith(t, "StripeInvalidRequestError", call);
      t.match(error, { param: "line_items[0][price]", message: /price_data/ });
    },
  ],
  "checkout.sessions.retrieve": [
    "works",
    async (t, { stripe }) => {
      const { data } = await stripe.checkout.sessions.list({ status: "complete" });
      const paid = data.find(({ mode }) => mode === "payment");
      const session = await stripe.checkout.sessions.retrieve(paid?.id ?? "", {
        expand: ["line_items", "payment_intent.payment_method", "customer"],
      });
      t.match(session, {
        status: "complete",
        payment_status: "paid",
        customer: { object: "customer" },
        payment_intent: { object: "payment_intent", payment_method: { card: { last4: "0821" } } },
        line_items: {
          data: [{ description: "Pro Plan — Monthly", quantity: 1, price: { unit_amount: 2999 } }],
        },
      });
      const missing = await failsWith(
        t,
        "StripeInvalidRequestError",
        stripe.checkout.sessions.retrieve("cs_none"),
      );
      t.match(missing, { statusCode: 404, code: "resource_missing" });
    },
  ],
  "checkout.sessions.list": [
    "works",
    async (t, { stripe }) => {
      for (let at = 0; at < 4; at++) await stripe.checkout.sessions.create(ORDER);
      const all: string[] = [];
      for await (const { id } of stripe.checkout.sessions.list({ limit: 2 })) all.push(id);
      t.ok(all.length >= 5, "every page is read");
      t.equal(new Set(all).size, all.length);
      const oldest = all.at(-1) ?? "";
      const back: string[] = [];
      for await (const { id } of stripe.checkout.sessions.list({ limit: 2, ending_before: oldest }))
        back.push(id);
      t.same(back, all.slice(0, -1).toReversed(), "and backwards");
      const { data } = await stripe.checkout.sessions.list({ created: { gte: 1 }, status: "open", limit: 1 });
      t.equal(data.length, 1);
    },
  ],
  "checkout.sessions.update": [
    "works",
    async (t, { stripe }) => {
      const { id } = await stripe.checkout.sessions.create({ ...ORDER, metadata: { a: "1", b: "2" } });
      const session = await stripe.checkout.sessions.update(id, { metadata: { a: "", c: "3" } });
      t.same(session.metadata, { b: "2", c: "3" });
      t.same((await stripe.checkout.sessions.update(id, { metadata: "" })).metadata, {});
    },
  ],
  "checkout.sessions.expire": [
    "works",
    async (t, { stripe }) => {
      const { id } = await stripe.checkout.sessions.create(ORDER);
      t.equal((await stripe.checkout.sessions.expire(id)).status, "expired");
      await failsWith(t, "StripeInvalidRequestError", stripe.checkout.sessions.expire(id));
    },
  ],
  "checkout.sessions.listLineItems": [
    "works",
    async (t, { stripe }) => {
      const item = ORDER.line_items[0];
      const { id } = await stripe.checkout.sessions.create({ ...ORDER, line_items: [item, item, item] });
      const items: number[] = [];
      for await (const one of stripe.checkout.sessions.listLineItems(id, { limit: 1 }))
        items.push(one.amount_total);
      t.same(items, [5998, 5998, 5998]);
    },
  ],
  "products, prices, coupons, promotionCodes": ["refused", notThere(({ stripe }) => stripe.products.list())],
  "subscriptions, invoices": ["refused", notThere(({ stripe }) => stripe.subscriptions.list())],
  paymentLinks: ["refused", notThere(({ stripe }) => stripe.paymentLinks.list())],
};

/** A parameter that the library's older versions send. */
const OLDER = { payment_method_types: ["card"] };
