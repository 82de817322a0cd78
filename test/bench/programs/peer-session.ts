import { LIFE_MAX_MS } from "../../../src/domain/session.js";
import { currencyByCode, totalOf } from "../../../src/domain/money.js";

/** The body of a request to create, once its schema holds. */
export interface PeerOrder {
  readonly line_items: readonly {
    readonly price_data: {
      readonly currency: string;
      readonly unit_amount: number;
      readonly product_data: { readonly name: string };
    };
    readonly quantity: number;
  }[];
  readonly success_url: string;
  readonly cancel_url: string;
  readonly customer?: string;
  readonly client_reference_id?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly expires_at?: number;
}

/** What a peer knows of a session: as much as its answer tells. */
export interface PeerSession {
  readonly id: string;
  readonly status: string;
  readonly order: PeerOrder;
  readonly currency: string;
  readonly amountTotal: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A new session. Undefined where the order breaks a rule that needs more than a schema to know. */
export function newPeerSession(order: PeerOrder, id: string, now: number): PeerSession | undefined {
  const [first] = order.line_items;
  const currency = currencyByCode(first?.price_data.currency ?? "");
  const isShared = order.line_items.every(
    (item) => currencyByCode(item.price_data.currency)?.code === currency?.code,
  );
  if (currency === undefined || !isShared) return undefined;
  const items = order.line_items.map(({ price_data: { unit_amount: unitAmount }, quantity }) => ({
    unitAmount,
    quantity,
  }));
  const expiresAt = order.expires_at === undefined ? now + LIFE_MAX_MS : order.expires_at * 1000;
  const amountTotal = totalOf(items);
  return { id, status: "open", order, currency: currency.code, amountTotal, createdAt: now, expiresAt };
}

/** The answer, field by field as the service's. */
export function peerAnswer({ id, status, order, ...session }: PeerSession): object {
  return {
    id,
    object: "checkout.session",
    status,
    url: `https://hpp.example.com/pay/${id}`,
    success_url: order.success_url,
    cancel_url: order.cancel_url,
    customer: order.customer ?? null,
    payment_intent: null,
    payment_method: null,
    created: Math.floor(session.createdAt / 1000),
    livemode: true,
    currency: session.currency,
    amount_total: session.amountTotal,
    expires_at: Math.floor(session.expiresAt / 1000),
    client_reference_id: order.client_reference_id ?? null,
    metadata: order.metadata ?? {},
    payment_status: "unpaid",
    customer_creation: null,
    line_items: null,
    mode: "payment",
    amount_subtotal: session.amountTotal,
    total_details: NOTHING_ADDED,
    customer_email: null,
    customer_details: null,
    payment_method_types: CARD_ONLY,
    payment_method_options: AUTOMATIC,
    ui_mode: "hosted",
    locale: null,
    submit_type: null,
    setup_intent: null,
    amount_received: 0,
    last_payment_error: null,
    saved_payment_method_options: null,
  };
}

/** Parts that are the same for every session, made once. */
const NOTHING_ADDED = { amount_discount: 0, amount_shipping: 0, amount_tax: 0 };
const CARD_ONLY = ["card"];
const AUTOMATIC = { card: { request_three_d_secure: "automatic" } };
