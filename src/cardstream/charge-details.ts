import type { CardCheck, ChargeDetails, ThreeDSecure, ThreeDSecureResult } from "../domain/gateway-result.js";
import { declineCodeOf } from "../domain/decline-code.js";
import { isDefiniteRefusal, isWaitingForAuthentication } from "../domain/gateway-codes.js";
import { type Field, fieldText, readableField } from "./fields.js";
import { readResult } from "./signed-message.js";

/**
 * The details of a result's charge. None is needed to record the payment: what the gateway did not send, or
 * sent as an unknown value, is null or `unavailable`.
 */
export function readChargeDetails(fields: readonly Field[]): ChargeDetails {
  const check = (name: string, position: number): CardCheck =>
    CHECKS.get(fieldText(fields, name).toLowerCase()) ??
    CHECK_DIGITS.get(fieldText(fields, "avscv2ResponseCode").charAt(position)) ??
    "unavailable";
  return {
    authorizationCode: known(fields, "authorisationCode", CODE_MAX),
    cvcCheck: check("cv2Check", 0),
    addressPostalCodeCheck: check("postcodeCheck", 1),
    addressLine1Check: check("addressCheck", 2),
    threeDSecure: readThreeDSecure(fields),
    declineCode: readDeclineCode(fields),
    message: known(fields, "responseMessage", MESSAGE_MAX),
  };
}

const CODE_MAX = 64;
const MESSAGE_MAX = 255;

/** Cardstream guide A-2. A partial match counts as a mismatch. */
const CHECKS: ReadonlyMap<string, CardCheck> = new Map([
  ["not known", "unavailable"],
  ["not checked", "unchecked"],
  ["matched", "pass"],
  ["not matched", "fail"],
  ["partially matched", "fail"],
]);

/** Checks as digits of `avscv2ResponseCode`: security code, postcode, address. */
const CHECK_DIGITS: ReadonlyMap<string, CardCheck> = new Map([
  ["0", "unavailable"],
  ["1", "unchecked"],
  ["2", "pass"],
  ["4", "fail"],
  ["8", "fail"],
]);

/** Null if 3-D Secure is off for the account, or the result does not mention it. */
function readThreeDSecure(fields: readonly Field[]): ThreeDSecure | null {
  const result = threeDSecureResult(fields);
  if (fieldText(fields, "threeDSEnabled") === "N" || result === undefined) return null;
  return {
    result,
    electronicCommerceIndicator: indicatorOf(fieldText(fields, "threeDSECI")),
    version: known(fields, "threeDSVersion", CODE_MAX),
  };
}

function threeDSecureResult(fields: readonly Field[]): ThreeDSecureResult | undefined {
  return (
    AUTHENTICATED.get(fieldText(fields, "threeDSAuthenticated")) ??
    ENROLLED.get(fieldText(fields, "threeDSEnrolled"))
  );
}

/** Cardstream guide A-3; the letters are EMVCo's. */
const AUTHENTICATED: ReadonlyMap<string, ThreeDSecureResult> = new Map([
  ["Y", "authenticated"],
  ["A", "attempt_acknowledged"],
  ["I", "exempted"],
  ["N", "failed"],
  ["R", "failed"],
  ["D", "processing_error"],
  ["U", "processing_error"],
  ["E", "processing_error"],
]);

/** Decides if the shopper was not sent to authenticate. */
const ENROLLED: ReadonlyMap<string, ThreeDSecureResult> = new Map([
  ["N", "not_supported"],
  ["U", "processing_error"],
  ["E", "processing_error"],
]);

/** The gateway sends one digit or two. */
function indicatorOf(text: string): string | null {
  return /^\d{1,2}$/.test(text) ? text.padStart(2, "0") : null;
}

/**
 * The code of a decline by the card's issuer, of a request that the gateway refused itself, or of an authentication
 * that never came to its end.
 */
function readDeclineCode(fields: readonly Field[]): string | null {
  const result = readResult(fields);
  return isDefiniteRefusal(result) || isWaitingForAuthentication(result)
    ? declineCodeOf(result.responseCode ?? 0)
    : null;
}

function known(fields: readonly Field[], name: string, lengthMax: number): string | null {
  const text = readableField(fields, name).trim();
  return text === "" ? null : text.slice(0, lengthMax).toWellFormed();
}
