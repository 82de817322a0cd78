import type { Field } from "./fields.js";

/** What the merchant asks the gateway to say of a sale. Undefined or null: what the account's settings say. */
export interface SaleTexts {
  /** On the card's statement, if the acquirer takes such texts. */
  readonly statementDescriptor?: string | null;
  /** The email address that the gateway sends a receipt to. */
  readonly receiptEmail?: string | null;
}

/**
 * Every sale is captured at once, whatever the account's default is (Cardstream guide A-9): an account that delays
 * captures would approve payments whose money never comes, since this service captures nothing by itself.
 */
export const CAPTURE_NOW: Field = ["captureDelay", "0"];
