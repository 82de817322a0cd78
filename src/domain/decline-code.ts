import { isAcquirerCode, RESPONSE_CODE } from "./gateway-codes.js";

/** The decline code of an acquirer's code that has no other. */
const OTHER = "generic_decline";

/** The decline code of a charge that failed before the card's issuer was asked. */
export const NOT_CHARGED = "processing_error";

/**
 * Why a card was declined, in Stripe's words: from the acquirer's code (ISO 8583, Cardstream guide A-1), or
 * from the gateway's own refusal to ask the issuer.
 */
export function declineCodeOf(responseCode: number): string {
  return WORDS.get(responseCode) ?? (isAcquirerCode(responseCode) ? OTHER : NOT_CHARGED);
}

/** The message about a decline, for people. */
export function declineMessage(declineCode: string): string {
  return MESSAGES.get(declineCode) ?? "The card was declined.";
}

const MESSAGES: ReadonlyMap<string, string> = new Map([
  ["authentication_required", "The card's issuer wants the customer to authenticate."],
  ["expired_card", "The card has expired."],
  ["expired_token", "The card is no longer stored: the customer has to enter it again."],
  [NOT_CHARGED, "The charge could not be made."],
  ["incorrect_number", "The card's number is wrong."],
  ["insufficient_funds", "The card has insufficient funds."],
]);

/** Every code that `declineCodeOf` returns, for the documentation. */
export function declineCodes(): string[] {
  return [...new Set([...WORDS.values(), OTHER, NOT_CHARGED])].toSorted();
}

const WORDS: ReadonlyMap<number, string> = new Map([
  [RESPONSE_CODE.REFERRED, "call_issuer"],
  [RESPONSE_CODE.REFERRED_SPECIAL, "call_issuer"],
  [RESPONSE_CODE.DECLINED_KEEP_CARD, "pickup_card"],
  [RESPONSE_CODE.DECLINED, "do_not_honor"],
  [RESPONSE_CODE.INVALID_TRANSACTION, "transaction_not_allowed"],
  [RESPONSE_CODE.INVALID_AMOUNT, "invalid_amount"],
  [RESPONSE_CODE.INVALID_CARD_NUMBER, "incorrect_number"],
  [RESPONSE_CODE.NO_SUCH_ISSUER, "incorrect_number"],
  [RESPONSE_CODE.REENTER_TRANSACTION, "try_again_later"],
  [RESPONSE_CODE.LOST_CARD, "lost_card"],
  [RESPONSE_CODE.STOLEN_CARD, "stolen_card"],
  [RESPONSE_CODE.INSUFFICIENT_FUNDS, "insufficient_funds"],
  [RESPONSE_CODE.EXPIRED_CARD, "expired_card"],
  [RESPONSE_CODE.NOT_PERMITTED_TO_CARDHOLDER, "transaction_not_allowed"],
  [RESPONSE_CODE.NOT_PERMITTED_TO_TERMINAL, "transaction_not_allowed"],
  [RESPONSE_CODE.SUSPECTED_FRAUD, "fraudulent"],
  [RESPONSE_CODE.EXCEEDS_LIMIT, "card_velocity_exceeded"],
  [RESPONSE_CODE.RESTRICTED_CARD, "restricted_card"],
  [RESPONSE_CODE.SECURITY_VIOLATION, "security_violation"],
  [RESPONSE_CODE.SCA_REQUIRED, "authentication_required"],
  [RESPONSE_CODE.AUTHENTICATION_REQUIRED, "authentication_required"],
  [RESPONSE_CODE.NOT_AUTHENTICATED, "authentication_required"],
  [RESPONSE_CODE.PIN_TRIES_EXCEEDED, "pin_try_exceeded"],
  [RESPONSE_CODE.CURRENCY_NOT_SUPPORTED, "currency_not_supported"],
  [RESPONSE_CODE.INVALID_XREF, "expired_token"],
]);
