import type { EventType } from "./event.js";
import { STATE } from "./gateway-codes.js";
import { SETTLEMENT, type SettlementStatus } from "./settlement/settlement.js";

/**
 * The status of a payment, in the API's words. Two are `processing` to merchants: `capturing` and `releasing`, while
 * the gateway is asked to capture an authorized payment or to release it.
 */
export type PaymentIntentStatus =
  | "processing"
  | "succeeded"
  | "requires_payment_method"
  | "requires_confirmation"
  | "requires_action"
  | "requires_capture"
  | "capturing"
  | "releasing"
  | "canceled";

/**
 * How a payment is captured if not at once, in the API's words: `manual` authorizes the card, and a call captures it.
 */
export type CaptureMethod = "manual";

/**
 * Why a payment was given up, in the API's words: `expired` where its authorization lapsed, else for the merchant's
 * reason.
 */
export type CancellationReason =
  "duplicate" | "fraudulent" | "requested_by_customer" | "abandoned" | "expired";

/** Every legal move; all others are impossible. */
const MOVES: Record<PaymentIntentStatus, readonly PaymentIntentStatus[]> = {
  processing: ["succeeded", "requires_capture", "requires_payment_method", "requires_action"],
  // The shopper has answered, and the gateway is told; or has not, and another card is tried.
  requires_action: [
    "processing",
    "succeeded",
    "requires_capture",
    "requires_payment_method",
    "requires_action",
    "canceled",
  ],
  // A charge that counted as failed may still turn out a success: the money has moved, and the record
  // follows.
  requires_payment_method: ["processing", "requires_action", "canceled", "succeeded", "requires_capture"],
  requires_confirmation: ["processing", "canceled"],
  // From here on one request at a time is made of the gateway: which one comes first is decided under the row's lock.
  requires_capture: ["capturing", "releasing"],
  // The gateway refuses a request, or surely never got it: the authorization stands. Or a person has captured or
  // canceled
  // the sale at the gateway: the record follows.
  capturing: ["succeeded", "requires_capture", "canceled"],
  releasing: ["canceled", "requires_capture", "succeeded"],
  succeeded: [],
  canceled: [],
};

/** The status while the gateway is asked for a request. */
export const STATUS_WHILE = { capture: "capturing", cancel: "releasing" } as const;

/** In which statuses a merchant may make each request: a payment about which another one is under way has none. */
const REQUESTS: Record<"capture" | "cancel", readonly PaymentIntentStatus[]> = {
  capture: ["requires_capture"],
  cancel: ["requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"],
};

/** True where a merchant may ask for this of a payment in that status. */
export function mayRequest(request: "capture" | "cancel", status: PaymentIntentStatus): boolean {
  return REQUESTS[request].includes(status);
}

/** A status as merchants read it. */
export function statusSaid(status: PaymentIntentStatus): string {
  return status === "capturing" || status === "releasing" ? "processing" : status;
}

/** True where a payment may go from `from` to `to`. */
export function mayMovePayment(from: PaymentIntentStatus, to: PaymentIntentStatus): boolean {
  return MOVES[from].includes(to);
}

/**
 * True where the gateway has approved a charge of the payment, whether it is captured or not; also after its release.
 */
export function wasApproved({
  status,
  captureBefore,
}: Pick<PaymentIntent, "status" | "captureBefore">): boolean {
  return status === "succeeded" || isAuthorization({ captureBefore });
}

/** True where the payment is, or was, an authorization that a request of its own captures. */
export function isAuthorization({ captureBefore }: Pick<PaymentIntent, "captureBefore">): boolean {
  // Events from before there were authorizations have no such field.
  return (captureBefore ?? null) !== null;
}

/**
 * True where an approved sale of a payment with this method only authorizes the card. One that is captured already,
 * such as by a person at the gateway, is money.
 */
export function isOnlyAuthorized(
  captureMethod: CaptureMethod | null,
  sale: { readonly state: string },
): boolean {
  return captureMethod === "manual" && sale.state === STATE.APPROVED;
}

/** The event of an authorization. */
export const AUTHORIZED = "payment_intent.amount_capturable_updated" satisfies EventType;

/** The event of an authorization that is about to lapse. */
export const EXPIRING = "payment_intent.authorization_expiring" satisfies EventType;

/** What can be captured of a payment, in minor units. */
export function amountCapturable({ status, amount }: Pick<PaymentIntent, "status" | "amount">): number {
  return status === "requires_capture" ? amount : 0;
}
/** True where a merchant may charge a card for it, as far as its status decides. */
export function mayConfirm(status: PaymentIntentStatus): boolean {
  return status === "requires_confirmation" || status === "requires_payment_method";
}

/** True while its newest charge may still end, one way or the other. */
export function isInProgress(status: PaymentIntentStatus): boolean {
  return status === "processing" || status === "requires_action";
}

/**
 * True where the shopper can pay it with a card on the payment's own page: a stored card was charged in vain. A
 * session's payment has the session's page.
 */
export function hasPage({
  sessionId,
  status,
  attempt,
}: Pick<PaymentIntent, "sessionId" | "status" | "attempt">): boolean {
  return sessionId === null && status === "requires_payment_method" && attempt > 0;
}

/** The newest step of a shopper's for a payment. */
export interface ShopperStep {
  /**
   * `challenge`: the card's issuer wants the shopper to authenticate; `answered`: they have, and the gateway is told.
   * `form`: they are at the gateway's page, with a card of their choice.
   */
  readonly kind: "challenge" | "answered" | "form";
  /** The attempt that it belongs to. */
  readonly attempt: number;
  /** How many challenges the attempt has had; of a form, how often it was given out. */
  readonly rounds: number;
  /** From then on the gateway is asked, and its answer ends the attempt. */
  readonly endsAt: number;
}

/** An issuer needs one or two. A gateway that asks for ever must not keep a payment open for ever. */
export const ROUNDS_MAX = 5;

/** How long a shopper may take for a step: as long as for the form of a session. */
export const STEP_MS = 30 * 60_000;

/** How long the gateway may take with what it was sent: far longer than it answers. */
export const ANSWER_MS = 5 * 60_000;

/** A payment. Null means absent, or not yet. */
export interface PaymentIntent {
  readonly id: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  /** Null if a stored card was charged without a session. */
  readonly sessionId: string | null;
  readonly status: PaymentIntentStatus;
  /** The amount to charge, in minor units of `currency`. */
  readonly amount: number;
  /** The amounts received and refunded, in minor units. */
  readonly amountReceived: number;
  readonly amountRefunded: number;
  /** Three letters of ISO 4217 in lower case. */
  readonly currency: string;
  readonly customerId: string | null;
  readonly paymentMethodId: string | null;
  /** The newest result that decided, about the latest charge. Null before there is one. */
  readonly gatewayResultId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** What it is for, in the merchant's words. */
  readonly description: string | null;
  /** What the card's statement is to say of it. */
  readonly statementDescriptor: string | null;
  /** Where the gateway sends a receipt of it. */
  readonly receiptEmail: string | null;
  /** Where its page leads the shopper in the end. Null: nowhere. */
  readonly returnUrl: string | null;
  readonly createdAt: number;
  /**
   * Number of the newest charge, by this service or on the payment's own page; 0 before the first, and for the payment
   * of a session.
   */
  readonly attempt: number;
  readonly canceledAt: number | null;
  readonly cancellationReason: CancellationReason | null;
  /** Null: it is captured at once. */
  readonly captureMethod: CaptureMethod | null;
  /** When its authorization lapses. Null unless a charge was authorized to be captured later. */
  readonly captureBefore: number | null;
  /** Whether the gateway pays it out. Null before it has succeeded, and of one from before this was followed. */
  readonly settlement: SettlementStatus | null;
  /** When its settlement came to be what it is; null before it has succeeded, and while it is pending. */
  readonly settledAt: number | null;
}

/** What a payment has received, in minor units: nothing once the gateway has rejected it at settlement. */
export function receivedByPayment({
  amountReceived,
  settlement,
}: Pick<PaymentIntent, "amountReceived" | "settlement">): number {
  return settlement === SETTLEMENT.REJECTED ? 0 : amountReceived;
}
