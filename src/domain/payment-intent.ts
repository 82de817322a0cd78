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
  processing: ["succeeded", "requires_capture", "requires_payment_method"],
  // A charge that counted as failed may still turn out a success: the money has moved, and the record
  // follows.
  requires_payment_method: ["processing", "canceled", "succeeded", "requires_capture"],
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
  cancel: ["requires_payment_method", "requires_confirmation", "requires_capture"],
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
  readonly createdAt: number;
  /** Number of the newest direct charge; 0 before the first, and for the payment of a session. */
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
