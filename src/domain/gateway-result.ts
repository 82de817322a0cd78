import type { BillingDetails } from "./charge-details.js";

/** How a card is paid for. */
export type CardFunding = "credit" | "debit" | "prepaid" | "unknown";

/** What a card showed of itself, each part as far as the gateway said it. */
export interface Card {
  /** `visa`, `mastercard`, `amex`, `jcb`, `diners`, `discover`, `unionpay`, or `unknown`. */
  readonly brand: string | null;
  readonly last4: string | null;
  /** 1 to 12. */
  readonly expMonth: number | null;
  /** Four digits. */
  readonly expYear: number | null;
  readonly funding: CardFunding | null;
  /** Where its issuer is: two letters of ISO 3166. */
  readonly country: string | null;
}

/**
 * One message of the gateway about one transaction, its signature verified. Only `cardstream/result.ts` makes
 * it.
 *
 * Texts are the gateway's own, byte for byte where they decide, "" where the field was absent; numbers are
 * undefined where the field was absent or not a plain integer.
 */
export interface GatewayResult {
  readonly merchantID: string;
  readonly action: string;
  readonly transactionUnique: string;
  readonly orderRef: string;
  readonly transactionID: string;
  readonly xref: string;
  readonly state: string;
  /** Cardstream guide A-1: below 65536 the acquirer's code, from there on the gateway's. */
  readonly responseCode: number | undefined;
  /** 0 approved, 1 declined, 2 error. */
  readonly responseStatus: number | undefined;
  readonly responseMessage: string;
  /** Asked for and received, in minor units. */
  readonly amount: number | undefined;
  readonly amountReceived: number | undefined;
  /** Kept of that after capture, cancel or reversal, where the gateway says so. */
  readonly amountRetained: number | undefined;
  /** Given back so far, where the gateway says so. */
  readonly amountRefunded: number | undefined;
  readonly currencyCode: string;
  /** "" where it was not sent. */
  readonly currencyExponent: string;
  readonly card: Card;
  /**
   * What groups cards that look alike: mask, expiry and issuer. Null without a mask. Corporate and virtual
   * cards share all of it, so it names no card; it is never stored or shown, only its keyed hash.
   */
  readonly cardLook: string | null;
  /** Who paid. Null where the result tells nothing of that. */
  readonly billing: BillingDetails | null;
  /** Names the transaction among all messages: its id, or where it has none the hash of all fields. */
  readonly transactionKey: string;
}
