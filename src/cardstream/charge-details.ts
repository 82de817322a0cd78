import type { CardCheck, ChargeDetails, ThreeDSecure, ThreeDSecureResult } from "../domain/charge-details.js";
import { declineCodeOf } from "../domain/decline-code.js";
import { isDefiniteRefusal } from "../domain/reversal-step.js";
import { type Field, fieldText, readableField } from "./fields.js";
import { readResult } from "./result.js";

/**
 * What a result says of its charge besides what decides. Nothing here is needed to record a payment: what the
 * gateway did not send, or sent in words that nobody knows, is null or `unavailable`.
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

/** Cardstream guide A-2. What matches in part does not match. */
const CHECKS: ReadonlyMap<string, CardCheck> = new Map([
  ["not known", "unavailable"],
  ["not checked", "unchecked"],
  ["matched", "pass"],
  ["not matched", "fail"],
  ["partially matched", "fail"],
]);

/** The same as digits of `avscv2ResponseCode`: security code, postcode, address. */
const CHECK_DIGITS: ReadonlyMap<string, CardCheck> = new Map([
  ["0", "unavailable"],
  ["1", "unchecked"],
  ["2", "pass"],
  ["4", "fail"],
  ["8", "fail"],
]);

/** Null where 3-D Secure is off for the account, or the result does not speak of it. */
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

/** Decides where nobody went on to authenticate. */
const ENROLLED: ReadonlyMap<string, ThreeDSecureResult> = new Map([
  ["N", "not_supported"],
  ["U", "processing_error"],
  ["E", "processing_error"],
]);

/** One digit or two on the wire. */
function indicatorOf(text: string): string | null {
  return /^\d{1,2}$/.test(text) ? text.padStart(2, "0") : null;
}

/** Of a decline by the card's issuer, and of a request that the gateway would not even try. */
function readDeclineCode(fields: readonly Field[]): string | null {
  const result = readResult(fields);
  return isDefiniteRefusal(result) ? declineCodeOf(result.responseCode ?? 0) : null;
}

function known(fields: readonly Field[], name: string, lengthMax: number): string | null {
  const text = readableField(fields, name).trim();
  return text === "" ? null : text.slice(0, lengthMax).toWellFormed();
}
