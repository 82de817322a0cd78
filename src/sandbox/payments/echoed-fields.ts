import { type Field, rootName } from "../../cardstream/fields.js";

/**
 * The request's fields that the gateway keeps and echoes: all but those it never repeats, with every line
 * ending as a line feed. A browser posts a line feed as CR LF, which signing reads as a line feed again; LF
 * CR would become two.
 */
export function keptFields(fields: readonly Field[]): Field[] {
  return fields
    .filter(([name]) => !NEVER_ECHOED.has(rootName(name)))
    .map(([name, value]): Field => [name, value.replaceAll(/\r\n|\n\r|\r/g, "\n")]);
}

/** A request's kept fields that its result repeats: all but those with the name of a result field. */
export function echoedFields(kept: readonly Field[]): Field[] {
  return kept.filter(([name]) => !RESERVED.has(rootName(name)));
}

/** The names of a result's own fields. */
export type ResultName = (typeof RESULT_NAMES)[number];

/** Card data may be sent to prefill the page: the sandbox never keeps it. */
const NEVER_ECHOED = new Set([
  "signature",
  "merchantPwd",
  "cardNumber",
  "cardCVV",
  "cardExpiryDate",
  "cardExpiryMonth",
  "cardExpiryYear",
]);

/** Results never repeat a request's fields of these names. */
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
  "threeDSRef",
  "threeDSRequest",
  "threeDSResponse",
  "threeDSURL",
  "threeDSVersion",
  "timestamp",
  "transactionID",
  "xref",
] as const;

const RESERVED: ReadonlySet<string> = new Set(RESULT_NAMES);
