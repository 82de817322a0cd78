import { callUntilAnswered } from "./merchant-call.js";
import type { World, SimulatedMerchant } from "./world.js";

/** A payment as its merchant's list shows it. */
export interface PaymentAnswer {
  readonly id: string;
  readonly status: string;
  /** In minor units, as the two below. */
  readonly amount: number;
  readonly received: number;
  readonly refunded: number;
  readonly currency: string;
  readonly session: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A refund as its merchant's list shows it. */
export interface RefundAnswer {
  readonly id: string;
  readonly payment: string;
  readonly amount: number;
  readonly status: string;
}

/** Every payment of the merchant. */
export async function listPayments(world: World, merchant: SimulatedMerchant): Promise<PaymentAnswer[]> {
  const bodies = await listAll<PaymentBody>(world, merchant, "/payment_intents");
  return bodies.map((body) => ({
    id: body.id,
    status: body.status,
    amount: body.amount,
    received: body.amount_received,
    refunded: body.amount_refunded,
    currency: body.currency,
    session: body.checkout_session,
    metadata: body.metadata,
  }));
}

/** Every refund of the merchant. */
export async function listRefunds(world: World, merchant: SimulatedMerchant): Promise<RefundAnswer[]> {
  const bodies = await listAll<RefundBody>(world, merchant, "/refunds");
  return bodies.map(({ id, payment_intent: payment, amount, status }) => ({ id, payment, amount, status }));
}

interface PaymentBody {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly amount_received: number;
  readonly amount_refunded: number;
  readonly currency: string;
  readonly checkout_session: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

interface RefundBody {
  readonly id: string;
  readonly payment_intent: string;
  readonly amount: number;
  readonly status: string;
}

async function listAll<Body extends { readonly id: string }>(
  world: World,
  { key }: SimulatedMerchant,
  list: string,
): Promise<Body[]> {
  const all: Body[] = [];
  for (let after = ""; ;) {
    const path = `${list}?limit=100${after}`;
    const { text } = await callUntilAnswered(world, { what: "list", key, path, replica: all.length });
    const { data, has_more: more } = JSON.parse(text) as { data: Body[]; has_more: boolean };
    all.push(...data);
    if (!more) return all;
    after = `&starting_after=${data.at(-1)?.id}`;
  }
}
