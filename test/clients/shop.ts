import { Stripe } from "stripe";
import type { Test } from "tap";

import { openPage } from "../support/browser.js";
import { type CardShop, CUSTOMER, openCardShop } from "../support/charges.js";
import type { TestEngine } from "../support/database.js";

/** What becomes of a call of Stripe's library, as docs/stripe.md says. */
export type Verdict = "works" | "differs" | "refused";

/** A shop whose server uses Stripe's library. */
export interface StripeShop extends CardShop {
  readonly stripe: Stripe;
  /** The library with another key, address or number of retries. */
  readonly library: (options?: { key?: string; url?: string; retries?: number }) => Stripe;
}

/** Makes the call, and throws or fails an assertion where its verdict is wrong. */
export type Check = (t: Test, shop: StripeShop) => Promise<void>;

export async function openStripeShop(t: Test, engine: TestEngine): Promise<StripeShop> {
  const shop = await openCardShop(t, engine);
  const library: StripeShop["library"] = ({
    key = shop.merchant.testKey,
    url = shop.app.local,
    retries = 0,
  } = {}) => {
    const { hostname, port } = new URL(url);
    return new Stripe(key, {
      host: hostname,
      port,
      protocol: "http",
      maxNetworkRetries: retries,
      telemetry: false,
    });
  };
  return { ...shop, library, stripe: library() };
}

/** The order of a shop, as Stripe's documentation writes it. */
export const ORDER = {
  mode: "payment",
  line_items: [
    {
      price_data: { currency: "gbp", unit_amount: 2999, product_data: { name: "Pro Plan — Monthly" } },
      quantity: 2,
    },
  ],
  success_url: "https://shop.example/success?session_id={CHECKOUT_SESSION_ID}",
  cancel_url: "https://shop.example/cancel",
} as const satisfies Stripe.Checkout.SessionCreateParams;

/** A session in which the customer has saved a card on the pay page. */
export async function savedCard(stripe: Stripe): Promise<Stripe.Checkout.Session> {
  const { id, url } = await stripe.checkout.sessions.create({
    mode: "setup",
    customer: CUSTOMER,
    currency: "gbp",
    success_url: "https://shop.example/saved",
  });
  const cardPage = await (await openPage(url ?? "")).forms[0]?.submit();
  await cardPage?.forms[0]?.submit(TEST_CARD);
  return await stripe.checkout.sessions.retrieve(id);
}

const TEST_CARD = {
  cardNumber: "4929421234600821",
  cardExpiryMonth: "12",
  cardExpiryYear: "29",
  cardCVV: "356",
};

/** The call fails with an error of that class. */
export async function failsWith(
  t: Test,
  type: string,
  call: Promise<unknown>,
): Promise<Stripe.errors.StripeError> {
  try {
    await call;
  } catch (error) {
    t.equal((error as Error).constructor.name, type, (error as Error).message);
    return error as Stripe.errors.StripeError;
  }
  throw new Error(`The call succeeded, and should fail with ${type}.`);
}

/** The check of a call that the service does not know. */
export function notThere(
  call: (shop: StripeShop) => Promise<unknown>,
  type = "StripeInvalidRequestError",
): Check {
  return async (t, shop) => {
    const error = await failsWith(t, type, call(shop));
    t.ok(error.message.length > 10, error.message);
  };
}
