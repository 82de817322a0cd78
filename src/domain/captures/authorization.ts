import { amountCapturable, type PaymentIntent } from "../payment-intent.js";
import { Refusal } from "../refusal.js";

/** How many days authorizations stand, by who began the payment. */
export interface AuthorizationDays {
  /** Of payments that the shopper makes. */
  readonly onSession: number;
  /** Of charges while the customer is not there. */
  readonly offSession: number;
}

/**
 * The default is the shortest that the card schemes grant online, so that no card's authorization has lapsed before:
 * seven days where the shopper takes part; 4 days and 18 hours where not, Visa's five days less the time that clearing
 * takes. The gateway itself takes a CAPTURE for about thirty days (Cardstream guide A-9), but the issuer may have given
 * the money up by then.
 */
export const AUTHORIZATION_DAYS: AuthorizationDays = { onSession: 7, offSession: 4.75 };

const DAY_MS = 86_400_000;

/** When an authorization of now lapses, in milliseconds since the epoch. */
export function captureBefore(now: number, offSession: boolean, days: AuthorizationDays): number {
  return now + (offSession ? days.offSession : days.onSession) * DAY_MS;
}

/** An authorization that stands. */
export interface StandingAuthorization {
  readonly captureBefore: number;
  /** When the merchant was told that it is about to lapse; null until then. */
  readonly warnedAt: number | null;
}

/** What the passing of time has made of an authorization: `expiring` where the merchant is to be told so now. */
export function standingAt(
  authorization: StandingAuthorization,
  now: number,
): "standing" | "expiring" | "lapsed" {
  const { captureBefore: end, warnedAt } = authorization;
  if (now >= end) return "lapsed";
  return warnedAt === null && now >= nextStepAt(authorization) ? "expiring" : "standing";
}

/** When the passing of time changes something about an authorization. */
export function nextStepAt({ captureBefore: end, warnedAt }: StandingAuthorization): number {
  return warnedAt === null ? end - WARNED_BEFORE_MS : end;
}

/** Told a whole day before the last day begins: a merchant who reads events once a day still captures in time. */
const WARNED_BEFORE_MS = 2 * DAY_MS;

/**
 * How much of a payment to capture: `wanted`, or (null) all of it. Throws a Refusal if that is more than is authorized:
 * whatever is not captured is released, and there is no second capture.
 */
export function amountToCapture(payment: PaymentIntent, wanted: number | null): number {
  const left = amountCapturable(payment);
  const amount = wanted ?? left;
  if (amount >= 1 && amount <= left) return amount;
  const message = `Only ${left} ${payment.currency}, in minor units, can be captured of this payment.`;
  throw new Refusal("CAPTURE_TOO_LARGE", message, "amount_to_capture");
}

/**
 * True where a request that the gateway has not carried out will not be carried out any more: ten times as long ago as
 * its sender waits for the answer.
 */
export function isLost(requestedAt: number | null, now: number): boolean {
  return requestedAt !== null && now >= requestedAt + LOST_AFTER_MS;
}

const LOST_AFTER_MS = 120_000;
