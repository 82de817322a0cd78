import type { EventType } from "../../domain/event.js";
import type { ApiObject, MerchantApi } from "./merchant-api.js";
import { withReceiver } from "./local-receiver.js";
import { pay } from "./shopper.js";

/** Causes an event; `happened` waits until the event of this type is there. */
export type Scenario = (api: MerchantApi, happened: () => Promise<void>) => Promise<void>;

/** How each type of event is caused, by really doing it. */
export const SCENARIOS: Readonly<Record<EventType, Scenario>> = {
  "charge.refunded": refund,
  "checkout.session.async_payment_failed": rejectedPayment,
  "checkout.session.completed": async (api) => void (await paidSession(api)),
  "checkout.session.expired": async (api) => {
    await api.call("POST", `/v1/checkout/sessions/${idOf(await newSession(api))}/expire`, {});
  },
  "customer.created": async (api) => void (await newCustomer(api)),
  "customer.deleted": async (api) => {
    await api.call("DELETE", `/v1/customers/${idOf(await newCustomer(api))}`);
  },
  "customer.updated": async (api) => {
    await api.call("POST", `/v1/customers/${idOf(await newCustomer(api))}`, { name: "Ada King" });
  },
  "held_payment.accepted": (api, happened) => resolveHeld(api, happened, { resolution: "accept" }),
  "held_payment.created": async (api) => void (await heldPayment(api)),
  "held_payment.dismissed": (api, happened) =>
    resolveHeld(api, happened, { resolution: "dismiss", note: "Triggered for a test" }),
  "held_payment.returned": (api, happened) => resolveHeld(api, happened, { resolution: "return" }),
  "payment_intent.amount_capturable_updated": async (api) => void (await charge(api, AUTHORIZED_ONLY)),
  "payment_intent.authorization_expiring": async (api) => {
    await charge(api, AUTHORIZED_ONLY);
    await api.call("POST", "/v1/test_helpers/clock/advance", { seconds: UNTIL_EXPIRING_S });
  },
  "payment_intent.canceled": async (api) => {
    const intent = await declinedCharge(api);
    await api.call("POST", `/v1/payment_intents/${intent}/cancel`, {});
  },
  "payment_intent.created": async (api) => void (await charge(api)),
  "payment_intent.payment_failed": async (api) => void (await declinedCharge(api)),
  "payment_intent.processing": async (api) => void (await charge(api)),
  "payment_intent.settlement_rejected": rejectedPayment,
  "payment_intent.settlement_unresolved": (api, happened) =>
    settledWith(api, happened, { fault: "settlement_delayed", days: 15 }),
  "payment_intent.requires_action": (api) =>
    withFault(api, "authentication_required", () => charge(api, { off_session: false })),
  "payment_intent.succeeded": async (api) => void (await charge(api)),
  "payment_method.attached": async (api) => void (await paidSession(api)),
  "payment_method.detached": async (api) => {
    const { payment_method: method } = await paidSession(api);
    await api.call("POST", `/v1/payment_methods/${String(method)}/detach`, {});
  },
  "refund.created": refund,
  "refund.failed": failedRefund,
  "refund.updated": refund,
  "setup_intent.setup_failed": async (api) =>
    await pay(String((await newSession(api, SETUP))["url"]), { outcome: "decline" }),
  "setup_intent.succeeded": async (api) => void (await completed(api, await newSession(api, SETUP))),
  "webhook_endpoint.disabled": (api, happened) =>
    withEndpoint(api, GONE, async (id) => {
      await api.call("POST", `/v1/webhook_endpoints/${id}/send_test_event`, {});
      await happened();
    }),
  "webhook_endpoint.test": (api, happened) =>
    withEndpoint(api, NO_CONTENT, async (id) => {
      await api.call("POST", `/v1/webhook_endpoints/${id}/send_test_event`, {});
      await happened();
    }),
};

const AUTHORIZED_ONLY = { capture_method: "manual" };

/** Off session an authorization stands for 4 days and 18 hours, and its merchant is told two days before that ends. */
const UNTIL_EXPIRING_S = 2.75 * 86_400 + 60;

const GONE = 410;
const NO_CONTENT = 204;

/** In minor units. */
const AMOUNT = 1000;

function idOf(object: ApiObject): string {
  return String(object["id"]);
}

async function newCustomer(api: MerchantApi): Promise<ApiObject> {
  return await api.call("POST", "/v1/customers", { email: "ada@example.com", name: "Ada Lovelace" });
}

async function newSession(api: MerchantApi, what: object = PAYMENT): Promise<ApiObject> {
  return await api.call("POST", "/v1/checkout/sessions", {
    ...what,
    customer_creation: "always",
    success_url: "https://example.com/success",
    cancel_url: "https://example.com/cancel",
  });
}

const SETUP = { mode: "setup" };
const PAYMENT = {
  line_items: [
    {
      price_data: { currency: "gbp", unit_amount: AMOUNT, product_data: { name: "Triggered by a test" } },
      quantity: 1,
    },
  ],
};

async function paidSession(api: MerchantApi): Promise<ApiObject> {
  return await completed(api, await newSession(api));
}

/** The session once the shopper has paid it, or has saved a card. */
async function completed(api: MerchantApi, session: ApiObject): Promise<ApiObject> {
  await pay(String(session["url"]));
  return await until(async () => {
    const read = await api.call("GET", `/v1/checkout/sessions/${idOf(session)}`);
    return read["status"] === "complete" ? read : undefined;
  }, "the session to be complete");
}

/** Charges a card that a session has stored. */
async function charge(api: MerchantApi, what: object = {}): Promise<ApiObject> {
  const { customer, payment_method: method } = await paidSession(api);
  return await api.call("POST", "/v1/payment_intents", {
    customer,
    payment_method: method,
    amount: AMOUNT,
    currency: "gbp",
    confirm: true,
    off_session: true,
    ...what,
  });
}

/** Returns the id of the payment intent. The API answers a decline as an error. The first payment is not declined. */
async function declinedCharge(api: MerchantApi): Promise<string> {
  // The event shows whether it was declined.
  await withFault(api, "card_declined", () => charge(api).catch(() => undefined));
  const { data } = await api.call("GET", "/v1/payment_intents?limit=1");
  const [intent] = data as readonly ApiObject[];
  if (intent?.["status"] !== "requires_payment_method") throw new Error("The charge was not declined.");
  return idOf(intent);
}

async function refund(api: MerchantApi): Promise<void> {
  const { payment_intent: payment } = await paidSession(api);
  await api.call("POST", "/v1/refunds", { payment_intent: payment });
}

/** A refund that the sandbox refuses. */
async function failedRefund(api: MerchantApi, happened: () => Promise<void>): Promise<void> {
  await withFault(api, "refund_refused", async () => {
    await refund(api);
    await happened();
  });
}

/** A payment that the sandbox rejects at settlement. */
async function rejectedPayment(api: MerchantApi, happened: () => Promise<void>): Promise<void> {
  await settledWith(api, happened, { fault: "settlement_rejected", days: 1 });
}

/** Moves the test clock on: settlements are asked about once a day. */
async function settledWith(
  api: MerchantApi,
  happened: () => Promise<void>,
  { fault, days }: { readonly fault: string; readonly days: number },
): Promise<void> {
  await withFault(api, fault, async () => {
    await paidSession(api);
    await api.call("POST", "/v1/test_helpers/clock/advance", { seconds: days * DAY_S });
    await happened();
  });
}

const DAY_S = 86_400;

/** Works with one thing that goes wrong at the sandbox. What goes wrong there otherwise does so again afterwards. */
async function withFault(api: MerchantApi, type: string, work: () => Promise<unknown>): Promise<void> {
  const { faults } = await api.call("GET", FAULTS);
  await api.call("POST", FAULTS, { faults: [{ type }] });
  try {
    await work();
  } finally {
    await api.call("POST", FAULTS, { faults });
  }
}

const FAULTS = "/v1/test_helpers/gateway_faults";

async function heldPayment(api: MerchantApi): Promise<string> {
  const session = await newSession(api);
  await pay(String(session["url"]), { fault: "wrong_amount" });
  return await until(async () => {
    const { data } = await api.call("GET", "/v1/held_payments?limit=10&resolved=false");
    const held = (data as readonly ApiObject[]).find((one) => one["checkout_session"] === session["id"]);
    return held && idOf(held);
  }, "the payment to be held");
}

async function resolveHeld(
  api: MerchantApi,
  happened: () => Promise<void>,
  resolution: object,
): Promise<void> {
  await api.call("POST", `/v1/held_payments/${await heldPayment(api)}/resolve`, resolution);
  await happened();
}

/** An endpoint on this machine that answers with `status`; deleted afterwards. */
async function withEndpoint(
  api: MerchantApi,
  status: number,
  work: (id: string) => Promise<void>,
): Promise<void> {
  await withReceiver(status, async (url) => {
    const endpoint = { url, enabled_events: ["webhook_endpoint.disabled"] };
    const id = idOf(await api.call("POST", "/v1/webhook_endpoints", endpoint));
    try {
      await work(id);
    } finally {
      await api.call("DELETE", `/v1/webhook_endpoints/${id}`);
    }
  });
}

const WAIT_MS = 15_000;
const ASK_EVERY_MS = 100;

/** Asks until there is an answer. Throws after a while. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  what: string,
  waitMs = WAIT_MS,
): Promise<T> {
  const end = performance.now() + waitMs;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  throw new Error(`Waited ${waitMs / 1000} s for ${what}.`);
}
