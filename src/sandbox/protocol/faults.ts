import { INVALID_FIELD, MISSING_FIELD, RESPONSE_CODE } from "../../domain/gateway-codes.js";

/** Why the gateway cannot take a request, in its own terms (Cardstream guide A-1). */
export interface Fault {
  readonly responseCode: number;
  readonly responseMessage: string;
  /** For the reader of the page: most likely a developer who integrates the gateway. */
  readonly explanation: string;
}

/** One code for an unknown account and a wrong signature, so that a sender cannot tell them apart. */
export const INVALID_CREDENTIALS = codeFault(
  RESPONSE_CODE.INVALID_CREDENTIALS,
  "INVALID_CREDENTIALS",
  "The merchantID is unknown to this test gateway, or the form is not signed in full with its secret.",
);

/** The body is not a form that could be signed. */
export const MALFORMED_REQUEST = codeFault(
  RESPONSE_CODE.REQUEST_MALFORMED,
  "REQUEST_MALFORMED",
  "The form could not be read: it must be form-encoded UTF-8, each field given once under a name of letters, digits " +
    "and underscores.",
);

/** Nothing was posted. */
export const MISSING_REQUEST = codeFault(
  RESPONSE_CODE.MISSING_REQUEST,
  "MISSING_REQUEST",
  "Nothing was posted to this address.",
);

/** The gateway could not do its work. */
export const INTERNAL_ERROR = codeFault(
  RESPONSE_CODE.INTERNAL_ERROR,
  "INTERNAL_ERROR",
  "The test gateway could not do its work. Please try again in a moment.",
);

/** The transaction is not in a state, or of a kind, that this action is for. */
export const ACTION_NOT_ALLOWED = codeFault(
  RESPONSE_CODE.ACTION_NOT_ALLOWED,
  "ACTION_NOT_ALLOWED",
  "The transaction is not in a state that allows this action.",
);

/** The request would change what the transaction fixed, such as the card. */
export const REQUEST_MISMATCH = codeFault(
  RESPONSE_CODE.REQUEST_MISMATCH,
  "REQUEST_MISMATCH",
  "The request names other data than the transaction that it is about.",
);

/** The sandbox's own: it limits the transactions of one order. */
export const ORDER_EXHAUSTED = codeFault(
  RESPONSE_CODE.ACTION_NOT_ALLOWED,
  "ACTION_NOT_ALLOWED",
  "This order was paid or tried a hundred times, and this test gateway takes no more of one order. Start a new one.",
);

/** The sandbox's own: an unknown planned fault. */
export const UNKNOWN_FAULT = codeFault(
  RESPONSE_CODE.GENERAL_ERROR,
  "UNKNOWN_FAULT",
  "The field faults names one that is not known.",
);

/** A field that the gateway has codes for. */
export type CheckedField = keyof typeof MISSING_FIELD;

/** A required field is missing. */
export function missingField(field: CheckedField): Fault {
  return codeFault(MISSING_FIELD[field], `MISSING_${field.toUpperCase()}`, `The field ${field} is missing.`);
}

/** A field has an impossible value. */
export function invalidField(field: CheckedField): Fault {
  return codeFault(
    MISSING_FIELD[field] + INVALID_FIELD,
    `INVALID_${field.toUpperCase()}`,
    `The field ${field} holds a value that this gateway does not take.`,
  );
}

function codeFault(responseCode: number, name: string, explanation: string): Fault {
  return { responseCode, responseMessage: `ERROR CODE (RC_${name})`, explanation };
}
