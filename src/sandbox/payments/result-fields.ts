import { RESPONSE_STATUS, STATE } from "../../domain/gateway-codes.js";
import type { Field } from "../../cardstream/fields.js";
import { type Currency, displayAmount } from "../../domain/money.js";
import type { CardEntry } from "./card-entry.js";
import { echoedFields, type ResultName } from "./echoed-fields.js";
import type { HostedRequest } from "./hosted-request.js";
import { OUTCOMES, type TestOutcome } from "./outcomes.js";
import { gatewayTimestamp } from "./references.js";

/** One transaction as the gateway knows it when it responds. */
export interface SandboxTransaction {
  readonly transactionID: string;
  readonly xref: string;
  readonly requestID: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly request: HostedRequest;
  readonly outcome: TestOutcome;
  /** Undefined if the shopper entered none, since they cancelled. */
  readonly entry: CardEntry | undefined;
  /** Six digits if the card's issuer approved, otherwise "". */
  readonly authorisationCode: string;
}

/**
 * The result of a transaction before it is signed: every field of the request in its order, then the gateway's own
 * (reference of the protocol, section 3.1). A request field under the name of one of those is left out.
 */
export function resultFields(transaction: SandboxTransaction, requestFields: readonly Field[]): Field[] {
  const own: ResultPart = {
    ...transactionPart(transaction),
    ...amountPart(transaction),
    ...cardPart(transaction),
    ...threeDSecurePart(transaction),
  };
  return [...echoedFields(requestFields), ...written(own)];
}

/** The response to a request that did not become a transaction. */
export function faultFields(
  fault: { responseCode: number; responseMessage: string },
  requestFields: readonly Field[],
  time: number,
  requestID: string,
): Field[] {
  const own: ResultPart = {
    requestID,
    state: STATE.FINISHED,
    responseCode: String(fault.responseCode),
    responseStatus: String(RESPONSE_STATUS.ERROR),
    responseMessage: fault.responseMessage,
    timestamp: gatewayTimestamp(time),
  };
  return [...echoedFields(requestFields), ...written(own)];
}

/** How much of the amount was taken, in minor units. */
export function amountReceived(outcome: TestOutcome, amount: number): number {
  if (outcome.takes === "nothing") return 0;
  if (outcome.takes === "another amount") return amount + 1;
  return outcome.takes === "all" ? amount : Math.floor(amount / 2);
}

/** `GBP 29.99`, as the gateway writes it. */
export function displayedAmount(amount: number, currency: Currency): string {
  return displayAmount(amount, currency).split(" ").toReversed().join(" ");
}

/** Some of a result's own fields. */
export type ResultPart = Partial<Record<ResultName, string>>;

function written(part: ResultPart): Field[] {
  return Object.entries(part).filter(([, value]) => value !== "");
}

function transactionPart(transaction: SandboxTransaction): ResultPart {
  const { transactionID, xref, requestID, time, request, outcome, authorisationCode } = transaction;
  return {
    transactionID,
    xref,
    requestID,
    state: outcome.state,
    timestamp: gatewayTimestamp(time),
    responseCode: String(outcome.responseCode),
    responseStatus: String(outcome.responseStatus),
    responseMessage: outcome.responseMessage ?? `AUTHCODE:${authorisationCode}`,
    authorisationCode,
    requestMerchantID: request.merchantID,
    processMerchantID: request.merchantID,
    paymentMethod: "card",
  };
}

function amountPart({ request: { amount, currency }, outcome }: SandboxTransaction): ResultPart {
  const received = String(amountReceived(outcome, amount));
  return {
    currencyCode: currency.number,
    currencyExponent: String(currency.exponent),
    displayCurrency: currency.code.toUpperCase(),
    displayAmount: displayedAmount(amount, currency),
    amountReceived: received,
    amountApproved: received,
    amountRetained: received,
  };
}

function cardPart({ entry }: SandboxTransaction): ResultPart {
  if (entry === undefined) return {};
  const { card, expiryMonth, expiryYear, cvvMatches } = entry;
  const month = String(expiryMonth).padStart(2, "0");
  const year = String(expiryYear % 100).padStart(2, "0");
  return {
    cardNumberMask: maskOf(card.number),
    cardNumberValid: "Y",
    cardTypeCode: card.kind.typeCode,
    cardType: card.kind.type,
    cardSchemeCode: card.kind.schemeCode,
    cardScheme: card.kind.scheme,
    cardIssuer: ISSUER,
    cardIssuerCountry: "United Kingdom",
    cardIssuerCountryCode: "GBR",
    cardExpiryMonth: month,
    cardExpiryYear: year,
    cardExpiryDate: `${month}${year}`,
    // Security code, then postcode and address, which this page does not ask for; the last digit: checked by
    // the host.
    ...cvvPart(cvvMatches),
    avscv2AuthEntity: "merchant host",
    addressCheck: "not checked",
    postcodeCheck: "not checked",
  };
}

function cvvPart(matches: boolean | undefined): ResultPart {
  const [digit, cv2Check, avscv2ResponseMessage] =
    matches === undefined
      ? ["1", "not checked", "ALL NOT CHECKED"]
      : matches
        ? ["2", "matched", "SECURITY CODE MATCH ONLY"]
        : ["4", "not matched", "NO DATA MATCHES"];
  return { avscv2ResponseCode: `${digit}11100`, avscv2ResponseMessage, cv2Check };
}

/** The issuer of every published card. */
const ISSUER = "SANDBOX BANK";

/** The first six and the last four digits, as the gateway masks a number. */
export function maskOf(cardNumber: string): string {
  return `${cardNumber.slice(0, 6)}******${cardNumber.slice(-4)}`;
}

/** Hosted pages authenticate the shopper by themselves, so the result says that it succeeded or failed. */
function threeDSecurePart({ entry, outcome }: SandboxTransaction): ResultPart {
  if (entry === undefined) return {};
  const failed = outcome.responseCode === OUTCOMES.sca_required.responseCode;
  return {
    threeDSEnabled: "Y",
    threeDSEnrolled: "Y",
    threeDSAuthenticated: failed ? "N" : "Y",
    threeDSECI: failed ? "07" : "05",
    threeDSCheck: failed ? "not authenticated" : "authenticated",
    threeDSVersion: "2.2.0",
  };
}
