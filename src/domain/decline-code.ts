/** The decline code of an acquirer's code that has no other. */
const OTHER = "generic_decline";

/** The decline code of a charge that failed before the card's issuer was asked. */
export const NOT_CHARGED = "processing_error";

/**
 * Why a card was declined, in Stripe's words: from the acquirer's code (ISO 8583, Cardstream guide A-1), or
 * from the gateway's own refusal to ask the issuer.
 */
export function declineCodeOf(responseCode: number): string {
  return WORDS.get(responseCode) ?? (responseCode < GATEWAY_CODES_FROM ? OTHER : NOT_CHARGED);
}

const GATEWAY_CODES_FROM = 65536;

/** The message about a decline, for people. */
export function declineMessage(declineCode: string): string {
  return MESSAGES.get(declineCode) ?? "The card was declined.";
}

const MESSAGES: ReadonlyMap<string, string> = new Map([
  ["authentication_required", "The card's issuer wants the customer to authenticate."],
  ["expired_card", "The card has expired."],
  ["expired_token", "The card is not kept any more: the customer has to enter it again."],
  [NOT_CHARGED, "The charge could not be made."],
  ["incorrect_number", "The card's number is wrong."],
  ["insufficient_funds", "The card has insufficient funds."],
]);

/** Every code that `declineCodeOf` returns, for the documentation. */
export function declineCodes(): string[] {
  return [...new Set([...WORDS.values(), OTHER, NOT_CHARGED])].toSorted();
}

const WORDS: ReadonlyMap<number, string> = new Map([
  [1, "call_issuer"],
  [2, "call_issuer"],
  [4, "pickup_card"],
  [5, "do_not_honor"],
  [12, "transaction_not_allowed"],
  [13, "invalid_amount"],
  [14, "incorrect_number"],
  [15, "incorrect_number"],
  [19, "try_again_later"],
  [41, "lost_card"],
  [43, "stolen_card"],
  [51, "insufficient_funds"],
  [54, "expired_card"],
  [57, "transaction_not_allowed"],
  [58, "transaction_not_allowed"],
  [59, "fraudulent"],
  [61, "card_velocity_exceeded"],
  [62, "restricted_card"],
  [63, "security_violation"],
  [65, "authentication_required"], // The gateway turns the issuers' 1A into this as well.
  [75, "pin_try_exceeded"],
  [65546, "currency_not_supported"],
  [66341, "expired_token"], // The gateway no longer knows the xref, or has deleted its card.
]);
