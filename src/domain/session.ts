import type { Metadata } from "./metadata.js";
import type { CaptureMethod } from "./payment-intent.js";
import { Refusal } from "./refusal.js";
import type { CardChoice } from "./saved-cards/card-choice.js";
import type { SavedCardOptions } from "./saved-cards/offered-card.js";
import { SETTLEMENT } from "./settlement/settlement.js";
import { parseUrl } from "../lib/hosts/parse-url.js";

/** The status of a checkout session, in the API's words. */
export type SessionStatus = "open" | "complete" | "expired";

/** One item of an order, its amount in minor units. */
export interface LineItem {
  readonly name: string;
  readonly unitAmount: number;
  readonly quantity: number;
  /** What the merchant says of the product besides its name. Undefined: nothing. */
  readonly product?: ProductDetails;
}

/** A product beyond its name, as the merchant describes it. */
export interface ProductDetails {
  readonly description: string | null;
  /** URLs. */
  readonly images: readonly string[];
  readonly metadata: Metadata;
}

/** What a merchant says of a session and its payment besides the order. */
export interface SessionOptions {
  /** The shopper's email address, as far as the merchant knows it. */
  readonly customerEmail: string | null;
  readonly uiMode: "hosted" | "hosted_page";
  /** A language, such as `de-AT`, or `auto`. */
  readonly locale: string | null;
  readonly submitType: "auto" | "pay" | "book" | "donate" | null;
  /** What the session's payment gets, or its setup intent. */
  readonly paymentDescription: string | null;
  readonly statementDescriptor?: string | null;
  readonly receiptEmail?: string | null;
  /** Undefined: its payment is captured at once. */
  readonly captureMethod?: CaptureMethod;
  readonly paymentMetadata: Metadata;
  /** Undefined: its page offers no saved cards, and asks for none. */
  readonly savedCards?: SavedCardOptions;
}

/** Every legal move; all others are impossible. */
const MOVES: Record<SessionStatus, readonly SessionStatus[]> = {
  open: ["complete", "expired"],
  expired: ["complete"], // A late success: the money has moved, and the record follows.
  complete: [],
};

/** True where a session may go from `from` to `to`. */
export function mayMove(from: SessionStatus, to: SessionStatus): boolean {
  return MOVES[from].includes(to);
}

/** The times and state that a session's status depends on. Times are milliseconds since the epoch. */
export interface SessionTimes {
  readonly status: SessionStatus;
  readonly expiresAt: number;
  /** How many forms of the current attempt were given out: 0 if none is open. */
  readonly formsGiven: number;
}

/** A checkout session. Null means absent, or not yet. */
export interface CheckoutSession extends SessionTimes {
  readonly id: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  /** `setup`: its completion stores a card without a payment. Null: it takes a payment. */
  readonly mode: "setup" | null;
  /** Three letters of ISO 4217 in lower case. */
  readonly currency: string;
  /** In minor units; 0 in mode `setup`. */
  readonly amountTotal: number;
  readonly lineItems: readonly LineItem[];
  readonly successUrl: string;
  /** Empty: none, and a shopper who cancels gets the payment page again. */
  readonly cancelUrl: string;
  readonly customerId: string | null;
  /** Whether its completion creates the customer. */
  readonly customerCreation: "always" | null;
  readonly clientReferenceId: string | null;
  readonly metadata: Metadata;
  /** Null where the merchant said nothing of that kind. */
  readonly options: SessionOptions | null;
  /** Number of the newest attempt, from 1. It rises only once the attempt is known to have failed. */
  readonly attempt: number;
  readonly createdAt: number;
  readonly completedAt: number | null;
  /** True if the success arrived after the session had expired. */
  readonly completedLate: boolean;
  readonly paymentIntentId: string | null;
  readonly paymentMethodId: string | null;
  /** Who paid, as JSON, sealed. */
  readonly billingSealed: Buffer | null;
  /** The transaction that completed it, see GatewayResult.transactionKey. */
  readonly completedBy: string | null;
  /**
   * What is known of money that was not received. Of a complete session it says something only where it is
   * `uncaptured` or `rejected`. Null: nothing is in doubt.
   */
  readonly pendingPayment: PendingPayment | null;
  /** The newest decline. Null: no card was declined. */
  readonly lastDecline: Decline | null;
  /**
   * In minor units of `currency`: null before completion, and of a session that received exactly its total. What is
   * authorized counts once it is captured.
   */
  readonly amountReceived: number | null;
  /** The shopper's newest choice on its page, besides the form. Null: none. */
  readonly cardChoice: CardChoice | null;
}

/**
 * Money that may have moved for a session that is not complete: `processing` while the gateway's word is not final and
 * it is asked, `held` while a person has to decide. Of a complete one, `uncaptured`: its card was authorized, and
 * nothing of that is captured; `rejected`: the gateway has rejected its payment at settlement.
 */
export type PendingPayment = "processing" | "held" | "uncaptured" | typeof SETTLEMENT.REJECTED;

/** The decline of a shopper's card. */
export interface Decline {
  /** Id of the gateway's result. */
  readonly resultId: string;
  /** In Stripe's words, see `declineCodeOf`. */
  readonly declineCode: string;
  /**
   * Id and time of the payment, or in mode `setup` of the setup intent, that the session's events name from its first
   * decline on, and that its success gets. Null in mode `setup` where the first decline is older than its event.
   */
  readonly intent: { readonly id: string; readonly createdAt: number } | null;
}

/** Where the money of a session stands, in the API's words. */
export type SessionPaymentStatus =
  "unpaid" | "processing" | "held" | "paid" | "partially_paid" | "no_payment_required";

/**
 * Where the money of a session stands. Only `paid` means that all of it was received. A session in mode `setup` asks
 * for none, and says so unless something is taken, or may be.
 */
export function paymentStatusOf(
  session: Pick<CheckoutSession, "mode" | "status" | "amountTotal" | "pendingPayment" | "amountReceived">,
): SessionPaymentStatus {
  const { status, pendingPayment: pending } = session;
  const nothing = session.mode === "setup" ? "no_payment_required" : "unpaid";
  if (pending === "uncaptured" || pending === SETTLEMENT.REJECTED) return "unpaid";
  if (status !== "complete") return pending ?? nothing;
  if (session.mode === "setup") return nothing;
  return amountReceivedOf(session) < session.amountTotal ? "partially_paid" : "paid";
}

/** What was received for a session, in minor units of its currency. */
export function amountReceivedOf(
  session: Pick<CheckoutSession, "mode" | "status" | "amountTotal" | "amountReceived" | "pendingPayment">,
): number {
  const { mode, status, amountTotal, amountReceived, pendingPayment } = session;
  const tookNothing = status !== "complete" || mode === "setup" || pendingPayment === SETTLEMENT.REJECTED;
  return tookNothing ? 0 : (amountReceived ?? amountTotal);
}

/** The session without the fields that its completion wrote: for replayed answers. */
export function beforeCompletion<S extends CompletedParts>(session: S): S {
  return { ...session, ...UNPAID, customerId: session.customerCreation === null ? session.customerId : null };
}

const UNPAID = { paymentIntentId: null, paymentMethodId: null, billingSealed: null, amountReceived: null };

type CompletedParts = Pick<CheckoutSession, "customerId" | "customerCreation" | keyof typeof UNPAID>;

/** True if the shopper is asked to agree that the card is stored: it will be a customer's. */
export function keepsCard({
  customerId,
  customerCreation,
}: Pick<CheckoutSession, "customerId" | "customerCreation">): boolean {
  return customerId !== null || customerCreation !== null;
}

/** Shortest and longest life of a session; the longest is the default. */
export const LIFE_MIN_MS = 5 * 60_000;
export const LIFE_MAX_MS = 24 * 3_600_000;

/** A shopper who got the form in time may finish typing, and may pass 3-D Secure. */
export const FORM_GRACE_MS = 30 * 60_000;

/** When an open session expires: at `expiresAt`, or 30 minutes later while a form is still open. */
export function closesAt(session: SessionTimes): number {
  return session.formsGiven > 0 ? session.expiresAt + FORM_GRACE_MS : session.expiresAt;
}

/** The status at `now`. Expiry is computed from stored times: no job has to run for it. */
export function statusAt(session: SessionTimes, now: number): SessionStatus {
  return session.status === "open" && now >= closesAt(session) ? "expired" : session.status;
}

/** The session as it is at `now`. */
export function asOf<S extends SessionTimes>(session: S, now: number): S {
  return { ...session, status: statusAt(session, now) };
}

/** True where the payment form may be given out: never after `expiresAt`. */
export function mayGiveForm(session: SessionTimes, now: number): boolean {
  return session.status === "open" && now < session.expiresAt;
}

/** The merchant writes this where the session's id is to be inserted. */
const PLACEHOLDER = "{CHECKOUT_SESSION_ID}";

/**
 * The address to redirect a browser to: the merchant's URL with the session's id inserted, then normalised.
 * The stored URL stays as given.
 */
export function redirectUrl(template: string, sessionId: string): string {
  return new URL(template.replaceAll(PLACEHOLDER, sessionId)).href;
}

/** Where to redirect a browser that gives up; null where the merchant named no address. */
export function cancelUrlOf({ id, cancelUrl }: Pick<CheckoutSession, "id" | "cancelUrl">): string | null {
  return cancelUrl === "" ? null : redirectUrl(cancelUrl, id);
}

/** Throws a Refusal naming `param` unless the text is an absolute http or https URL without user or password. */
export function checkRedirectUrl(template: string, param: string): void {
  const filled = template.replaceAll(PLACEHOLDER, "cs_0");
  if (!isWebUrl(filled)) {
    throw new Refusal("URL_INVALID", `${param} must be an absolute http or https URL.`, param);
  }
  if (namesUser(filled)) {
    throw new Refusal("URL_INVALID", `${param} must not hold a user name or password.`, param);
  }
}

function isWebUrl(text: string): boolean {
  // The URL parser alone would accept `https:shop.example`, and silently drop line feeds and tabs.
  return /^https?:\/\/[^/?#\\]/i.test(text) && !/[\s\p{Cc}]/u.test(text) && parseUrl(text) !== undefined;
}

/** A user name or password precedes an `@`: most URLs have none, and need not be parsed. */
function namesUser(url: string): boolean {
  if (!url.includes("@")) return false;
  const { username, password } = new URL(url);
  return username !== "" || password !== "";
}
