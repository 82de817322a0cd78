import { CUSTOMER } from "../support/charges.js";
import { type Check, failsWith, notThere, savedCard, type Verdict } from "./shop.js";

/** Checks of customers and their cards. */
export const CUSTOMER_CHECKS: Readonly<Record<string, readonly [Verdict, Check]>> = {
  "customers.create": [
    "works",
    async (t, { stripe }) => {
      const address = {
        line1: "347 Lavender Road",
        city: "Northampton",
        postal_code: "NN17 8YG",
        country: "GB",
      };
      const details = {
        email: "ada@example.com",
        name: "Ada",
        phone: "+44 20 7946 0000",
        description: "VIP",
      };
      const customer = await stripe.customers.create({ ...details, address, metadata: { plan: "pro" } });
      t.match(customer, { object: "customer", ...details, address, metadata: { plan: "pro" } });
      t.notOk("deleted" in customer);
      await failsWith(t, "StripeInvalidRequestError", stripe.customers.create({ email: "ada" }));
    },
  ],
  "customers.create with invoice_settings, tax, shipping": [
    "refused",
    notThere(({ stripe }) => stripe.customers.create({ invoice_settings: { footer: "x" } })),
  ],
  "customers.retrieve": [
    "works",
    async (t, { stripe }) => {
      t.match(await stripe.customers.retrieve(CUSTOMER), { id: CUSTOMER, object: "customer" });
      const error = await failsWith(t, "StripeInvalidRequestError", stripe.customers.retrieve("cus_none"));
      t.equal(error.statusCode, 404);
    },
  ],
  "customers.update": [
    "works",
    async (t, { stripe }) => {
      const { id } = await stripe.customers.create({
        phone: "1",
        address: { city: "Leeds" },
        metadata: { a: "1" },
      });
      const customer = await stripe.customers.update(id, {
        phone: "",
        address: "",
        name: "Grace",
        metadata: "",
      });
      t.match(customer, { phone: null, address: null, name: "Grace", metadata: {} });
    },
  ],
  "customers.list": [
    "works",
    async (t, { stripe }) => {
      const { id } = await stripe.customers.create({ email: "only@example.com" });
      t.match(await stripe.customers.list({ email: "only@example.com" }), {
        data: [{ id }],
        has_more: false,
      });
      const all: string[] = [];
      for await (const customer of stripe.customers.list({ limit: 1 })) all.push(customer.id);
      t.ok(all.length > 1);
    },
  ],
  "customers.del": [
    "works",
    async (t, { stripe }) => {
      const { id } = await stripe.customers.create();
      t.match(await stripe.customers.del(id), { id, object: "customer", deleted: true });
      t.match(await stripe.customers.retrieve(id), { id, deleted: true });
    },
  ],
  "customers.search": ["refused", notThere(({ stripe }) => stripe.customers.search({ query: "name:'Ada'" }))],
  "customers.listPaymentMethods": [
    "works",
    async (t, { stripe, card }) => {
      const { data } = await stripe.customers.listPaymentMethods(CUSTOMER, { type: "card" });
      t.ok(data.some(({ id }) => id === card));
    },
  ],
  "customers.retrievePaymentMethod": [
    "works",
    async (t, { stripe, card }) => {
      t.match(await stripe.customers.retrievePaymentMethod(CUSTOMER, card), { id: card, customer: CUSTOMER });
    },
  ],
  "paymentMethods.list": [
    "works",
    async (t, { stripe, card }) => {
      const { data } = await stripe.paymentMethods.list({ customer: CUSTOMER, type: "card" });
      t.ok(data.some(({ id }) => id === card));
    },
  ],
  "paymentMethods.retrieve": [
    "works",
    async (t, { stripe, card }) => {
      const method = await stripe.paymentMethods.retrieve(card, { expand: ["customer"] });
      t.match(method, { type: "card", card: { brand: "visa", exp_month: 12 }, customer: { id: CUSTOMER } });
    },
  ],
  "paymentMethods.update": [
    "works",
    async (t, { stripe, card }) => {
      t.match(await stripe.paymentMethods.update(card, { metadata: { a: "1" } }), { metadata: { a: "1" } });
      const change = { allow_redisplay: "always" } as const;
      t.match(await stripe.paymentMethods.update(card, change), { metadata: { a: "1" }, ...change });
    },
  ],
  "paymentMethods.detach, attach": [
    "works",
    async (t, { stripe, storeCard }) => {
      const id = await storeCard();
      t.equal((await stripe.paymentMethods.detach(id)).customer, null);
      t.equal((await stripe.paymentMethods.attach(id, { customer: CUSTOMER })).customer, CUSTOMER);
    },
  ],
  "paymentMethods.create": [
    "refused",
    notThere(
      ({ stripe }) => stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } }),
      "StripeAPIError", // The address is there, and takes no POST.
    ),
  ],
  "setupIntents.retrieve": [
    "works",
    async (t, { stripe }) => {
      const { setup_intent: id } = await savedCard(stripe);
      const intent = await stripe.setupIntents.retrieve(typeof id === "string" ? id : "", {
        expand: ["payment_method"],
      });
      t.match(intent, {
        object: "setup_intent",
        status: "succeeded",
        customer: CUSTOMER,
        payment_method: { card: { last4: "0821" } },
      });
    },
  ],
  "setupIntents.create, confirm, cancel, list": [
    "refused",
    async (t, shop) => {
      await notThere(({ stripe }) => stripe.setupIntents.list())(t, shop);
      await notThere(({ stripe }) => stripe.setupIntents.create({ customer: CUSTOMER }))(t, shop);
      await notThere(({ stripe }) => stripe.setupIntents.confirm("seti_1"))(t, shop);
      await notThere(({ stripe }) => stripe.setupIntents.cancel("seti_1"))(t, shop);
    },
  ],
};
