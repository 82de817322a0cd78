import { type Field, rootName } from "../../cardstream/fields.js";

/**
 * The fields of a request that the gateway keeps and echoes: all but what it never repeats, with every line
 * ending as a line feed. A browser posts each line feed as CR LF, which signing reads as a line feed again;
 * of LF CR it would make two.
 */
export function keptFields(fields: readonly Field[]): Field[] {
  return fields
    .filter(([name]) => !NEVER_ECHOED.has(rootName(name)))
    .map(([name, value]): Field => [name, value.replaceAll(/\r\n|\n\r|\r/g, "\n")]);
}

/** What of a request's kept fields stands in its result: all but those under the name of a result field. */
export function echoedFields(kept: readonly Field[]): Field[] {
  return kept.filter(([name]) => !RESERVED.has(rootName(name)));
}

/** The fields that a result may hold of its own. */
export type ResultName = (typeof RESULT_NAMES)[number];

/** Card data may stand in a form to fill the page in advance: not here. */
const NEVER_ECHOED = new Set([
  "signature",
  "merchantPwd",
  "cardNumber",
  "cardCVV",
  "cardExpiryDate",
  "cardExpiryMonth",
  "cardExpiryYear",
]);

/** Whatever a request says under these names, a result never repeats it. */
const RESULT_NAMES = [
  "addressCheck",
  "amountApproved",
  "amountReceived",
  "amountRefunded",
  "amountRetained",
  "authorisationCode",
  "avscv2AuthEntity",
  "avscv2ResponseCode",
  "avscv2ResponseMessage",
  "cardExpiryDate",
  "cardExpiryMonth",
  "cardExpiryYear",
  "cardIssuer",
  "cardIssuerCountry",
  "cardIssuerCountryCode",
  "cardNumberMask",
  "cardNumberValid",
  "cardScheme",
  "cardSchemeCode",
  "cardType",
  "cardTypeCode",
  "currencyCode",
  "currencyExponent",
  "cv2Check",
  "displayAmount",
  "displayCurrency",
  "initiator",
  "originalResponseCode",
  "originalResponseMessage",
  "originalResponseStatus",
  "paymentMethod",
  "postcodeCheck",
  "previousID",
  "processMerchantID",
  "requestID",
  "requestMerchantID",
  "responseCode",
  "responseMessage",
  "responseStatus",
  "state",
  "threeDSAuthenticated",
  "threeDSCheck",
  "threeDSECI",
  "threeDSEnabled",
  "threeDSEnrolled",
  "threeDSVersion",
  "timestamp",
  "transactionID",
  "xref",
] as const;

const RESERVED: ReadonlySet<string> = new Set(RESULT_NAMES);
