import type { GatewayResult } from "./gateway-result.js";

/** How the gateway is told to give money back: undoing a sale, or refunding a settled one. */
export type ReturnRequest = "cancel" | "refund";

/** What comes next in giving a sale's money back. */
export type ReturnStep =
  | { readonly kind: "cancel" }
  /** `amount` in minor units: what has not been refunded yet. */
  | { readonly kind: "refund"; readonly amount: number }
  | { readonly kind: "returned" | "too early" | "nothing received" | "unknown" };

/** A sale as the gateway describes it now. */
type Sale = Pick<GatewayResult, "state" | "amountReceived" | "amountRefunded">;

/**
 * Decides by the sale's state (Cardstream guide and 3.1). `sent` is what the gateway was told before, and never
 * answered.
 *
 * A cancel can be told again: a sale is cancelled once. A refund is told again only where the gateway says that none was made.
 */
export function nextReturnStep(sale: Sale, sent: ReturnRequest | null): ReturnStep {
  switch (sale.state) {
    case "approved":
    case "captured":
      return { kind: "cancel" };
    case "tendered":
    case "deferred":
      return { kind: "too early" };
    case "accepted":
      return refundStep(sale, sent);
    case "canceled":
      return { kind: "returned" };
    case "declined":
    case "finished":
    case "referred":
    case "rejected":
    case "reversed":
    case "verified":
      return { kind: "nothing received" };
    default:
      return { kind: "unknown" };
  }
}

/** True where the gateway has said for good that it did not do what it was told. */
export function isDefiniteRefusal({ responseCode = 0, responseStatus }: GatewayResult): boolean {
  const byAcquirer = responseCode > 0 && responseCode < GATEWAY_CODES_FROM && !NO_ANSWER.has(responseCode);
  if (byAcquirer) return responseStatus === 1;
  return (
    NOT_ALLOWED.has(responseCode) || (responseCode >= FIELD_ERRORS_FROM && responseCode < FIELD_ERRORS_TO)
  );
}

const GATEWAY_CODES_FROM = 65536;

/** The issuer or the system did not answer. */
const NO_ANSWER: ReadonlySet<number> = new Set([91, 96]);

/** Account, permission, action, mismatch, suspension, currency (guide A-1): refused before anything was tried. */
const NOT_ALLOWED: ReadonlySet<number> = new Set([65539, 65540, 65541, 65542, 65545, 65546]);

/** A field is missing or invalid. */
const FIELD_ERRORS_FROM = 66048;
const FIELD_ERRORS_TO = 67072;

/** The gateway itself never refunds more than was received (guide A-15), which covers an amount that it does not tell. */
function refundStep({ amountReceived = 0, amountRefunded }: Sale, sent: ReturnRequest | null): ReturnStep {
  if (amountReceived < 1) return { kind: "nothing received" };
  const refunded = amountRefunded ?? 0;
  if (refunded >= amountReceived) return { kind: "returned" };
  if (sent === "refund" && amountRefunded !== 0) return { kind: "unknown" };
  return { kind: "refund", amount: amountReceived - refunded };
}
