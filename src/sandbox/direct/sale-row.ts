import type { Field } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { keptFields } from "../payments/echoed-fields.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { DUPLICATE, type TestOutcome } from "../payments/outcomes.js";
import { resultFields, type SandboxTransaction } from "../payments/result-fields.js";
import { authenticationFields, type AuthenticationStatus } from "../payments/three-d-secure.js";
import { beginTransaction, transactionRow } from "../payments/transaction-row.js";
import type { DirectRequest } from "./direct-request.js";
import type { SaleRows } from "./record-sale.js";
import type { Initiator } from "./stored-credential.js";

/** A valid payment with a stored card. */
export interface StoredCardOrder {
  readonly request: DirectRequest;
  /** The request's fields, cloned ones included. */
  readonly fields: readonly Field[];
  /** The transaction whose card is charged. */
  readonly seed: SandboxTransactionRow;
  readonly initiator: Initiator;
  /** What the card's issuer makes of the shopper. Undefined: it was not asked. */
  readonly authentication?: AuthenticationStatus | undefined;
}

/** The row of the payment, and that of its refusal as a duplicate. */
export function saleRows(order: StoredCardOrder, outcome: TestOutcome): SaleRows {
  const { request, fields } = order;
  const asked = readHostedRequest(fields);
  const begun = { outcome, entry: undefined, faults: request.faults };
  const transaction = { ...beginTransaction(begun, asked, request.time), requestID: request.requestID };
  const duplicate = { ...transaction, outcome: DUPLICATE, authorisationCode: "" };
  return { fresh: rowOf(order, transaction), refused: rowOf(order, duplicate) };
}

function rowOf(
  { request, fields, seed, initiator, authentication }: StoredCardOrder,
  transaction: SandboxTransaction,
): SandboxTransactionRow {
  const { cardHash, cardMask } = seed;
  const { merchantID: gatewayMerchantId, faults } = request;
  const result: Field[] = [
    ...resultFields(transaction, keptFields(fields)),
    ...seed.result.filter(([name]) => CARD.has(name)),
    ...NOT_CHECKED,
    ...Object.entries(authentication ? authenticationFields(authentication) : { threeDSEnabled: "N" }),
    ["initiator", initiator],
    ["previousID", seed.id],
  ];
  return transactionRow(transaction, { pageId: null, gatewayMerchantId, cardHash, cardMask, faults }, result);
}

/** The card fields that the gateway stores. */
const CARD: ReadonlySet<string> = new Set([
  "cardNumberMask",
  "cardNumberValid",
  "cardTypeCode",
  "cardType",
  "cardSchemeCode",
  "cardScheme",
  "cardIssuer",
  "cardIssuerCountry",
  "cardIssuerCountryCode",
  "cardExpiryMonth",
  "cardExpiryYear",
  "cardExpiryDate",
]);

/** The security code is never stored, so it cannot be compared (guide A-16). */
const NOT_CHECKED: readonly Field[] = [
  ["avscv2ResponseCode", "111100"],
  ["avscv2ResponseMessage", "ALL NOT CHECKED"],
  ["avscv2AuthEntity", "merchant host"],
  ["cv2Check", "not checked"],
  ["addressCheck", "not checked"],
  ["postcodeCheck", "not checked"],
];
