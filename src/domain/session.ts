/** Where a checkout session stands, in the merchants' words. */
export type SessionStatus = "open" | "complete" | "expired";

/** One item of an order, its amount in minor units. */
export interface LineItem {
  readonly name: string;
  readonly unitAmount: number;
  readonly quantity: number;
}

/** Every legal move. What is not listed cannot happen. */
const MOVES: Record<SessionStatus, readonly SessionStatus[]> = {
  open: ["complete", "expired"],
  expired: ["complete"], // A success that came late: the money has moved, and the record says so.
  complete: [],
};

/** True where a session may go from `from` to `to`. */
export function mayMove(from: SessionStatus, to: SessionStatus): boolean {
  return MOVES[from].includes(to);
}

/** What the status of a session follows from. Times are milliseconds since the epoch. */
export interface SessionTimes {
  readonly status: SessionStatus;
  readonly expiresAt: number;
  /** How often the form of the current attempt was given out: 0 where none is out. */
  readonly formsGiven: number;
}

/** A checkout session as the use cases hand it around. Null: not there, or not yet. */
export interface CheckoutSession extends SessionTimes {
  readonly id: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  /** Three letters of ISO 4217 in lower case. */
  readonly currency: string;
  /** In minor units. */
  readonly amountTotal: number;
  readonly lineItems: readonly LineItem[];
  readonly successUrl: string;
  readonly cancelUrl: string;
  readonly customerId: string | null;
  /** Whether its completion makes the customer. */
  readonly customerCreation: "always" | null;
  readonly clientReferenceId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Number of the newest attempt, from 1 on. It moves on only when the attempt is known to have failed. */
  readonly attempt: number;
  readonly createdAt: number;
  readonly completedAt: number | null;
  /** True where the success arrived after the session had expired. */
  readonly completedLate: boolean;
  readonly paymentIntentId: string | null;
  readonly paymentMethodId: string | null;
  /** The transaction that completed it, see GatewayResult.transactionKey. */
  readonly completedBy: string | null;
}

/** The session without what its completion wrote: for answers that are given again. */
export function beforeCompletion<S extends CompletedParts>(session: S): S {
  const customerId = session.customerCreation === null ? session.customerId : null;
  return { ...session, customerId, paymentIntentId: null, paymentMethodId: null };
}

type CompletedParts = Pick<
  CheckoutSession,
  "customerId" | "customerCreation" | "paymentIntentId" | "paymentMethodId"
>;

/** True where the shopper is asked to agree that the card is kept: it will be a customer's. */
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

/** When an open session turns expired: at `expiresAt`, or 30 minutes later while a form is still out. */
export function closesAt(session: SessionTimes): number {
  return session.formsGiven > 0 ? session.expiresAt + FORM_GRACE_MS : session.expiresAt;
}

/** The status at this moment. Expiry is a function of stored times; nothing has to run for it to come true. */
export function statusAt(session: SessionTimes, now: number): SessionStatus {
  return session.status === "open" && now >= closesAt(session) ? "expired" : session.status;
}

/** The session as it stands at this moment. */
export function asOf<S extends SessionTimes>(session: S, now: number): S {
  return { ...session, status: statusAt(session, now) };
}

/** True where the payment form may be given out: never after `expiresAt`. */
export function mayGiveForm(session: SessionTimes, now: number): boolean {
  return session.status === "open" && now < session.expiresAt;
}
