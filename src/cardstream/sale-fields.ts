import type { CaptureMethod } from "../domain/payment-intent.js";
import type { Field } from "./fields.js";

/**
 * What the merchant asks of a sale, and of what the gateway says of it. Undefined or null: what the account's settings
 * say.
 */
export interface SaleOptions {
  /** On the card's statement, if the acquirer takes such texts. */
  readonly statementDescriptor?: string | null;
  /** The email address that the gateway sends a receipt to. */
  readonly receiptEmail?: string | null;
  /** Undefined or null: the sale is captured at once. */
  readonly captureMethod?: CaptureMethod | null;
}

/**
 * When a sale is captured, whatever the account's default is (Cardstream guide A-9): at once, or by a request of its
 * own where the payment asks for that. An account that delays captures would approve payments whose money never comes.
 */
export function captureField(captureMethod: CaptureMethod | null | undefined): Field {
  return ["captureDelay", captureMethod === "manual" ? "-1" : "0"];
}
