import type { Currency } from "../domain/money.js";
import type { Field } from "./fields.js";

/** A charge of a card that the gateway has stored. */
export interface StoredCardSale {
  /** Of the newest transaction that was made with the card. */
  readonly xref: string;
  /** In minor units. */
  readonly amount: number;
  readonly currency: Currency;
  /** Two letters of ISO 3166: the merchant's. */
  readonly countryCode: string;
  /** Ours, for this attempt and no other. */
  readonly transactionUnique: string;
  readonly orderRef: string;
  readonly callbackUrl: string;
  /** True where the customer is not there. */
  readonly offSession: boolean;
}

/**
 * The fields of a SALE by `xref` (Cardstream guide 12, A-15 and A-17), its action and account apart. Whatever
 * is left out the gateway clones from the transaction that the `xref` names, so all that must not be the same
 * is said.
 */
export function storedCardFields(sale: StoredCardSale): Field[] {
  return [
    ["xref", sale.xref],
    ...(sale.offSession ? MERCHANT_INITIATED : CUSTOMER_INITIATED),
    ["amount", String(sale.amount)],
    ["currencyCode", sale.currency.number],
    ["countryCode", sale.countryCode],
    ["transactionUnique", sale.transactionUnique],
    ["orderRef", sale.orderRef],
    ["callbackURL", sale.callbackUrl],
    ["duplicateDelay", DUPLICATE_DELAY_S],
    ["avscv2CheckRequired", "N"], // Nobody stores a security code, so there is none to check.
  ];
}

/** An unscheduled charge under an agreement that the customer has made before. */
const MERCHANT_INITIATED: readonly Field[] = [
  ["type", "2"],
  ["rtAgreementType", "unscheduled"],
  ["initiator", "merchant"],
];

/** The customer pays with the card that they have left. */
const CUSTOMER_INITIATED: readonly Field[] = [
  ["type", "1"],
  ["rtAgreementType", "cardonfile"],
  ["initiator", "consumer"],
];

/** The longest window in which the gateway refuses an equal charge: another net under "sent once". */
const DUPLICATE_DELAY_S = "9999";
