import type { GatewayResult } from "./gateway-result.js";

/**
 * Response codes (Cardstream guide A-1). Below 65536 they are the acquirer's, by ISO 8583; from there on the
 * gateway's own. Every code, state and action that this service or its sandbox knows is written in this file
 * and nowhere else.
 */
export const RESPONSE_CODE = {
  APPROVED: 0,
  REFERRED: 1,
  REFERRED_SPECIAL: 2,
  DECLINED_KEEP_CARD: 4,
  DECLINED: 5,
  PARTIAL_APPROVAL: 10,
  VIP_APPROVAL: 11,
  INVALID_TRANSACTION: 12,
  INVALID_AMOUNT: 13,
  INVALID_CARD_NUMBER: 14,
  NO_SUCH_ISSUER: 15,
  APPROVED_UPDATE_TRACK: 16,
  REENTER_TRANSACTION: 19,
  LOST_CARD: 41,
  STOLEN_CARD: 43,
  INSUFFICIENT_FUNDS: 51,
  EXPIRED_CARD: 54,
  NOT_PERMITTED_TO_CARDHOLDER: 57,
  NOT_PERMITTED_TO_TERMINAL: 58,
  SUSPECTED_FRAUD: 59,
  EXCEEDS_LIMIT: 61,
  RESTRICTED_CARD: 62,
  SECURITY_VIOLATION: 63,
  /** Strong customer authentication is required. The gateway turns the issuers' 1A into this as well. */
  SCA_REQUIRED: 65,
  PIN_TRIES_EXCEEDED: 75,
  NO_REASON_TO_DECLINE: 85,
  ISSUER_UNAVAILABLE: 91,
  SYSTEM_UNAVAILABLE: 96,
  IN_PROGRESS: 65536,
  GENERAL_ERROR: 65537,
  /** An unknown `merchantID`, or a signature that is not the account's. */
  INVALID_CREDENTIALS: 65539,
  PERMISSION_DENIED: 65540,
  ACTION_NOT_ALLOWED: 65541,
  REQUEST_MISMATCH: 65542,
  REQUEST_MALFORMED: 65544,
  MERCHANT_SUSPENDED: 65545,
  CURRENCY_NOT_SUPPORTED: 65546,
  INTERNAL_ERROR: 65552,
  /** An equal request came within `duplicateDelay` (guide A-8). */
  REQUEST_DUPLICATE: 65554,
  /** The shopper pressed cancel on the hosted page. */
  REQUEST_CANCELLED: 65576,
  /** 3-D Secure has to be carried on in the shopper's browser, or has ended as the merchant does not take it. */
  AUTHENTICATION_REQUIRED: 65802,
  NOT_AUTHENTICATED: 65803,
  MISSING_REQUEST: 66048,
  /** The `xref` names no transaction, or one whose card is deleted. */
  INVALID_XREF: 66341,
} as const;

/** Codes of a field that is missing (guide A-1). That of an invalid value is greater by `INVALID_FIELD`. */
export const MISSING_FIELD = {
  action: 66055,
  amount: 66056,
  currencyCode: 66057,
  cardNumber: 66058,
  cardExpiryMonth: 66059,
  cardExpiryYear: 66060,
  cardCVV: 66064,
  countryCode: 66070,
  transactionUnique: 66071,
  redirectURL: 66074,
  callbackURL: 66075,
  duplicateDelay: 66078,
  xref: 66085,
  type: 66086,
  captureDelay: 66102,
  initiator: 66688,
} as const;

/** What the code of an invalid field is greater by than that of the field missing (guide A-1). */
export const INVALID_FIELD = 256;

/** Values of `responseStatus` (guide A-1): `ERROR` is also what could not be carried out. */
export const RESPONSE_STATUS = { APPROVED: 0, DECLINED: 1, ERROR: 2 } as const;

/** States of a transaction (guide ). */
export const STATE = {
  RECEIVED: "received",
  APPROVED: "approved",
  CAPTURED: "captured",
  TENDERED: "tendered",
  DEFERRED: "deferred",
  ACCEPTED: "accepted",
  REJECTED: "rejected",
  VERIFIED: "verified",
  DECLINED: "declined",
  REFERRED: "referred",
  REVERSED: "reversed",
  CANCELED: "canceled",
  FINISHED: "finished",
} as const;

/** A state of a transaction. */
export type GatewayState = (typeof STATE)[keyof typeof STATE];

/** Actions of a request (guide 1.9 and 3). */
export const ACTION = {
  SALE: "SALE",
  VERIFY: "VERIFY",
  PREAUTH: "PREAUTH",
  QUERY: "QUERY",
  CANCEL: "CANCEL",
  CAPTURE: "CAPTURE",
  REFUND_SALE: "REFUND_SALE",
  REFUND: "REFUND",
} as const;

/** An action of a request. */
export type GatewayAction = (typeof ACTION)[keyof typeof ACTION];

type Answer = Pick<GatewayResult, "responseCode" | "responseStatus">;

/** True for code 0 and status 0, the gateway's only way to say that it did all that it was asked for. */
export function isApproved({ responseCode, responseStatus }: Answer): boolean {
  return responseCode === RESPONSE_CODE.APPROVED && responseStatus === RESPONSE_STATUS.APPROVED;
}

/** True where a card was verified: approved, or the issuer has "no reason to decline" it, where nothing is taken. */
export function isVerified(answer: Answer): boolean {
  const isNoReason = answer.responseCode === RESPONSE_CODE.NO_REASON_TO_DECLINE;
  return isApproved(answer) || (isNoReason && answer.responseStatus === RESPONSE_STATUS.APPROVED);
}

/** True for the codes by which the gateway says that it did something, but not simply what it was asked for. */
export function isApprovedVariant({ responseCode }: Pick<Answer, "responseCode">): boolean {
  return responseCode !== undefined && APPROVED_VARIANTS.has(responseCode);
}

/** True where the acquirer or the card's issuer has said no. */
export function isAcquirerRefusal({ responseCode = 0, responseStatus }: Answer): boolean {
  const hasAnswered = isAcquirerCode(responseCode) && !NO_ANSWER.has(responseCode);
  return hasAnswered && responseCode > 0 && responseStatus === RESPONSE_STATUS.DECLINED;
}

/** True where the gateway has said for good that it did not do what it was told: its acquirer refused, or it did. */
export function isDefiniteRefusal(result: Answer): boolean {
  const { responseCode = 0 } = result;
  return isAcquirerRefusal(result) || NOT_ALLOWED.has(responseCode) || isFieldError(responseCode);
}

/** True where the charge waits for the shopper to authenticate: it takes no money before it is carried on. */
export function isWaitingForAuthentication(answer: { responseCode: number | null | undefined }): boolean {
  return answer.responseCode === RESPONSE_CODE.AUTHENTICATION_REQUIRED;
}

/** True for the codes of the acquirer's; the others are the gateway's own. */
export function isAcquirerCode(responseCode: number): boolean {
  return responseCode < RESPONSE_CODE.IN_PROGRESS;
}

/** True for the gateway's own codes but the two that say something of a transaction: in progress, or cancelled. */
export function isGatewayError(responseCode: number): boolean {
  return responseCode > RESPONSE_CODE.IN_PROGRESS && responseCode !== RESPONSE_CODE.REQUEST_CANCELLED;
}

/** True where money of the transaction is on its way, or has arrived. */
export function isPaidState(state: string): boolean {
  return PAID_STATES.has(state);
}

/** True where money of the sale is captured: an approval alone brings none, unless it is captured later. */
export function isCapturedState(state: string): boolean {
  return isPaidState(state) && state !== STATE.APPROVED;
}

/** True where the transaction has ended, and never took money. */
export function isUnpaidState(state: string): boolean {
  return UNPAID_STATES.has(state);
}

/** True where a result tells of a sale: only that can be paid with, and only its money can be given back. */
export function isSale(action: string): boolean {
  return namesAction(action, ACTION.SALE);
}

/**
 * True where a result names that action as its own. The answer to a question about a transaction names both:
 * "the requested action and original action separated by a colon" (guide 3.1), and is otherwise the
 * transaction's own result as it stands now.
 */
export function namesAction(action: string, original: GatewayAction): boolean {
  return action === original || action === `${ACTION.QUERY}:${original}`;
}

/** True where one of the actions that a result names sends money to the card: a refund, a cancel, a credit. */
export function givesMoneyBack(action: string): boolean {
  return action.split(":").some((word) => GIVES_BACK.test(word));
}

/** Broader than the actions that this service sends: a person may send others in the gateway's own console. */
const GIVES_BACK = /^(REFUND|CANCEL|CREDIT|REVERS|VOID)/;

/** Partial approval, VIP approval, approval with track update, and "no reason to decline": a person looks at them. */
const APPROVED_VARIANTS: ReadonlySet<number> = new Set([
  RESPONSE_CODE.PARTIAL_APPROVAL,
  RESPONSE_CODE.VIP_APPROVAL,
  RESPONSE_CODE.APPROVED_UPDATE_TRACK,
  RESPONSE_CODE.NO_REASON_TO_DECLINE,
]);

/** The issuer or the system did not answer: what became of the request is unknown. */
const NO_ANSWER: ReadonlySet<number> = new Set([
  RESPONSE_CODE.ISSUER_UNAVAILABLE,
  RESPONSE_CODE.SYSTEM_UNAVAILABLE,
]);

/** Refused before anything was tried. */
const NOT_ALLOWED: ReadonlySet<number> = new Set([
  RESPONSE_CODE.INVALID_CREDENTIALS,
  RESPONSE_CODE.PERMISSION_DENIED,
  RESPONSE_CODE.ACTION_NOT_ALLOWED,
  RESPONSE_CODE.REQUEST_MISMATCH,
  RESPONSE_CODE.MERCHANT_SUSPENDED,
  RESPONSE_CODE.CURRENCY_NOT_SUPPORTED,
  RESPONSE_CODE.NOT_AUTHENTICATED,
]);

function isFieldError(responseCode: number): boolean {
  return responseCode >= RESPONSE_CODE.MISSING_REQUEST && responseCode < 67072; // Four runs of 256 codes.
}

/** States of a sale whose money is on its way. */
const PAID_STATES: ReadonlySet<string> = new Set([
  STATE.APPROVED,
  STATE.CAPTURED,
  STATE.TENDERED,
  STATE.DEFERRED,
  STATE.ACCEPTED,
]);

/** Those that end without money. A cancelled sale had it: it is in neither of the two. */
const UNPAID_STATES: ReadonlySet<string> = new Set([
  STATE.DECLINED,
  STATE.FINISHED,
  STATE.REFERRED,
  STATE.REJECTED,
  STATE.REVERSED,
  STATE.VERIFIED,
]);
