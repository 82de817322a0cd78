import type { OrderAnswer } from "./history.js";
import { callUntilAnswered, unexcused } from "./merchant-call.js";
import type { SimulatedMerchant } from "./world.js";
import type { Environment } from "./environment.js";
import type { WebAnswer } from "./web-call.js";

/**
 * A charge of a stored card, its capture or cancellation, or a refund, as its merchant sends it, each time in the same
 * words.
 */
export interface MoneyOrder {
  readonly what: OrderAnswer["what"];
  readonly merchant: SimulatedMerchant;
  readonly replica: number;
  /** Below `/v1`. */
  readonly path: string;
  /** Its idempotency key. */
  readonly key: string;
  readonly body: object;
  /** In minor units; null for all that is left. */
  readonly amount: number | null;
  /** The payment that it is about; null where a card is charged. */
  readonly from: string | null;
  /** True of a charge that the card's issuer grants only once its shopper has authenticated. */
  readonly needsShopper?: boolean;
  /** True where it cannot but be refused. */
  readonly hopeless?: boolean;
}

/** Sends the order until it is answered, and writes down what was said. */
export async function sendOrder(environment: Environment, order: MoneyOrder): Promise<OrderAnswer> {
  const { what, merchant, path, body, replica, key, amount, from, needsShopper } = order;
  const call = { what, key: merchant.key, path, replica, body, idempotencyKey: key, mayBeRefused: true };
  const answer = await callUntilAnswered(environment, call);
  const told: OrderAnswer = { what, key, amount, from, needsShopper, ...read(environment, order, answer) };
  environment.history.orders.push(told);
  environment.history.note(told.id ?? undefined, `${key}: answered ${answer.status}, ${told.status}`);
  return told;
}

/** Which replica the order comes to first: see `callUntilAnswered`. */
export function firstReplicaOf({ replica }: MoneyOrder): number {
  return replica + 1;
}

/** A refusal names what there is, if there is something: a decline its payment. */
function read(
  environment: Environment,
  { what, from }: MoneyOrder,
  answer: WebAnswer,
): Pick<OrderAnswer, "id" | "status"> {
  const body = JSON.parse(answer.text) as Body;
  if (answer.status === 200) return { id: body.id ?? null, status: body.status ?? "" };
  const { code = "", payment_intent: payment } = body.error ?? {};
  if (what === "capture" || what === "cancel") {
    if (!NOT_CAPTURED.has(code)) unexcused(environment, { what }, answer);
    return { id: from, status: "refused" };
  }
  if (code === "card_declined") return { id: payment?.id ?? null, status: "declined" };
  if (!MAY_BE_REFUSED.has(code)) unexcused(environment, { what }, answer);
  return { id: null, status: "refused" };
}

interface Body {
  readonly id?: string;
  readonly status?: string;
  readonly error?: { readonly code?: string; readonly payment_intent?: { readonly id: string } };
}

/** The payment is captured or canceled already, or may be; or the gateway surely did nothing. */
const NOT_CAPTURED: ReadonlySet<string> = new Set(["payment_intent_unexpected_state", "capture_refused"]);

/** Nothing, or not enough, is left to refund; or the gateway has rejected the payment at settlement. */
const MAY_BE_REFUSED: ReadonlySet<string> = new Set(["refund_too_large", "payment_not_refundable"]);
