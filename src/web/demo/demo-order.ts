import type { CheckoutContext } from "../../checkout/context.js";
import type { CheckoutSession, LineItem } from "../../domain/session.js";
import { toSeconds } from "../../lib/clock.js";

/**
 * What the shop sells, in minor units of `CURRENCY`. Three of each come to less than 50.00: above that the sandbox
 * refuses some amounts by itself, as the gateway's test accounts do.
 */
export const PRODUCTS: readonly Omit<LineItem, "quantity">[] = [
  { name: "Tea, a tin", unitAmount: 650 },
  { name: "Cup and saucer", unitAmount: 720 },
  { name: "Shortbread", unitAmount: 290 },
];

export const CURRENCY = "gbp";

/** Of one product. */
export const QUANTITY_MAX = 3;

/** Marks the sessions that the shop has created: it shows no others. */
export const SHOP_REFERENCE = "demo-shop";

/** Long enough to read the pages; then nothing more can come of a session that a stranger has created. */
const LIFE_MS = 30 * 60_000;

/** The items of a posted basket, `quantity0` and so on. Undefined where it is empty, or no basket. */
export function itemsOf(posted: URLSearchParams): LineItem[] | undefined {
  const items = PRODUCTS.map(({ name, unitAmount }, index) => {
    return { name, unitAmount, quantity: quantityOf(posted.get(`quantity${index}`) ?? "") };
  });
  if (items.some(({ quantity }) => Number.isNaN(quantity))) return undefined;
  const wanted = items.filter(({ quantity }) => quantity > 0);
  return wanted.length === 0 ? undefined : wanted;
}

function quantityOf(text: string): number {
  const quantity = /^\d?$/.test(text) ? Number(text) : NaN;
  return quantity <= QUANTITY_MAX ? quantity : NaN;
}

/** The body of the call that creates the session of a new order. */
export function newOrder(
  { addresses }: CheckoutContext,
  lineItems: readonly LineItem[],
  now: number,
): string {
  const orders = `${addresses.publicUrl}/demo/orders`;
  return bodyOf({
    lineItems,
    currency: CURRENCY,
    successUrl: `${orders}/{CHECKOUT_SESSION_ID}`,
    cancelUrl: `${orders}/{CHECKOUT_SESSION_ID}`,
    clientReferenceId: SHOP_REFERENCE,
    expiresAt: now + LIFE_MS,
  });
}

/** The body with which a session was created. */
export function bodyOf(
  session: Pick<
    CheckoutSession,
    "lineItems" | "currency" | "successUrl" | "cancelUrl" | "clientReferenceId" | "expiresAt"
  >,
): string {
  const order = {
    line_items: session.lineItems.map(({ name, unitAmount, quantity }) => ({
      price_data: { currency: session.currency, unit_amount: unitAmount, product_data: { name } },
      quantity,
    })),
    success_url: session.successUrl,
    cancel_url: session.cancelUrl,
    client_reference_id: session.clientReferenceId,
    expires_at: toSeconds(session.expiresAt),
  };
  return JSON.stringify(order, undefined, 2);
}
