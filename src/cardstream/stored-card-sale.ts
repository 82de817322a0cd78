import type { Currency } from "../domain/money.js";
import { type Field, textField } from "./fields.js";
import { captureField, type SaleOptions } from "./sale-fields.js";

/** A charge of a card that the gateway has stored. */
export interface StoredCardSale extends SaleOptions {
  /** That of the newest transaction with the card. */
  readonly xref: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: Currency;
  /** The merchant's country: two letters of ISO 3166. */
  readonly countryCode: string;
  /** This service's reference for this attempt only. */
  readonly transactionUnique: string;
  readonly orderRef: string;
  readonly callbackUrl: string;
  /** True if the customer is not present. */
  readonly offSession: boolean;
  /** Where the card's issuer sends the browser of a customer who is present. */
  readonly threeDSRedirectUrl: string;
  /** What is known of that browser, see `browserFields`. Undefined: nothing yet. */
  readonly browser?: readonly Field[] | undefined;
}

/**
 * The fields of a SALE by `xref` (Cardstream guide 12, A-15 and A-17), without action and account. The
 * gateway clones omitted fields from the transaction that `xref` names, so every field that must differ is
 * given.
 */
export function storedCardFields(sale: StoredCardSale): Field[] {
  return [
    ["xref", sale.xref],
    ...(sale.offSession ? MERCHANT_INITIATED : customerInitiated(sale)),
    ["amount", String(sale.amount)],
    ["currencyCode", sale.currency.number],
    ["countryCode", sale.countryCode],
    ["transactionUnique", sale.transactionUnique],
    ["orderRef", sale.orderRef],
    ["callbackURL", sale.callbackUrl],
    ["duplicateDelay", DUPLICATE_DELAY_S],
    captureField(sale.captureMethod),
    NOT_CLONED,
    ...textField("customerEmail", sale.receiptEmail),
    ...textField("statementNarrative1", sale.statementDescriptor),
    ...textField("customerReceiptsRequired", sale.receiptEmail ? "Y" : null),
    ["avscv2CheckRequired", "N"], // A security code is never stored, so there is none to check.
  ];
}

/** What was bought first, what the statement said of it, and its receipt belong to that payment (guide A-16). */
const NOT_CLONED: Field = [
  "cloneFields",
  "!items,merchantData,statementNarrative1,statementNarrative2,customerReceiptsRequired",
];

/** An unscheduled charge under an agreement that the customer has made before. */
const MERCHANT_INITIATED: readonly Field[] = [
  ["type", "2"],
  ["rtAgreementType", "unscheduled"],
  ["initiator", "merchant"],
];

/** The customer pays with a card that they have stored, and can authenticate in a browser (guide 5.4). */
function customerInitiated({ threeDSRedirectUrl, browser = UNKNOWN_BROWSER }: StoredCardSale): Field[] {
  return [
    ["type", "1"],
    ["rtAgreementType", "cardonfile"],
    ["initiator", "consumer"],
    ["threeDSRedirectURL", threeDSRedirectUrl],
    ...browser,
  ];
}

const UNKNOWN_BROWSER: readonly Field[] = [["deviceChannel", "browser"]];

/**
 * The longest window in which the gateway refuses an equal charge: a second safeguard besides sending once.
 */
const DUPLICATE_DELAY_S = "9999";
