import type { Field } from "./fields.js";

/** What the merchant asks the gateway to say of a sale. Undefined or null: what the account's settings say. */
export interface SaleTexts {
  /** On the card's statement, if the acquirer takes such texts. */
  readonly statementDescriptor?: string | null;
  /** The email address that the gateway sends a receipt to. */
  readonly receiptEmail?: string | null;
}

/** The fields of these texts (Cardstream guide, dynamic descriptor and customer receipts). */
export function saleTextFields({ statementDescriptor, receiptEmail }: SaleTexts): Field[] {
  return [
    ...textField("statementNarrative1", statementDescriptor),
    ...textField("customerReceiptsRequired", (receiptEmail ?? null) === null ? null : "Y"),
  ];
}

/** The field, if there is a text. */
export function textField(name: string, text: string | null | undefined): Field[] {
  return text === null || text === undefined ? [] : [[name, text]];
}

/**
 * Every sale is captured at once, whatever the account's default is (Cardstream guide A-9): an account that delays
 * captures would approve payments whose money never comes, since this service captures nothing by itself.
 */
export const CAPTURE_NOW: Field = ["captureDelay", "0"];
