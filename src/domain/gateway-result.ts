/** The funding of a card. */
export type CardFunding = "credit" | "debit" | "prepaid" | "unknown";

/** The card's details; a part that the gateway did not send is null. */
export interface Card {
  /** `visa`, `mastercard`, `amex`, `jcb`, `diners`, `discover`, `unionpay`, or `unknown`. */
  readonly brand: string | null;
  readonly last4: string | null;
  /** 1 to 12. */
  readonly expMonth: number | null;
  /** Four digits. */
  readonly expYear: number | null;
  readonly funding: CardFunding | null;
  /** The issuer's country: two letters of ISO 3166. */
  readonly country: string | null;
}

/**
 * One message of the gateway about one transaction, its signature verified. Only `cardstream/signed-message.ts` makes
 * it.
 *
 * Texts are the gateway's own, byte for byte where they decide, "" if the field was absent; numbers are
 * undefined if the field was absent or not a plain integer.
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
  /** Requested and received, in minor units. */
  readonly amount: number | undefined;
  readonly amountReceived: number | undefined;
  /** Retained of that after capture, cancellation or refund, if the gateway reports it. */
  readonly amountRetained: number | undefined;
  /** Refunded so far, if the gateway reports it. */
  readonly amountRefunded: number | undefined;
  readonly currencyCode: string;
  /** "" if it was not sent. */
  readonly currencyExponent: string;
  readonly card: Card;
  /**
   * Groups cards that look alike: by mask, expiry and issuer. Null without a mask. Corporate and virtual
   * cards share all of it, so it identifies no card; only its keyed hash is stored or shown.
   */
  readonly cardLook: string | null;
  /** The billing details. Null if the result has none. */
  readonly billing: BillingDetails | null;
  /** Identifies the transaction: by its id, or without one by the hash of all fields. */
  readonly transactionKey: string;
}

/** The comparison of what the shopper entered with the issuer's data. */
export type CardCheck = "pass" | "fail" | "unavailable" | "unchecked";

/** The outcome of an authentication by 3-D Secure, in Stripe's words. */
export type ThreeDSecureResult =
  "authenticated" | "attempt_acknowledged" | "exempted" | "failed" | "not_supported" | "processing_error";

/** An authentication by 3-D Secure. */
export interface ThreeDSecure {
  readonly result: ThreeDSecureResult;
  readonly electronicCommerceIndicator: string | null;
  readonly version: string | null;
}

/** The gateway's details of one charge. A field that it did not send is null. */
export interface ChargeDetails {
  readonly authorizationCode: string | null;
  readonly cvcCheck: CardCheck;
  readonly addressLine1Check: CardCheck;
  readonly addressPostalCodeCheck: CardCheck;
  /** Null if 3-D Secure was not attempted. */
  readonly threeDSecure: ThreeDSecure | null;
  /** Null unless the charge was declined. */
  readonly declineCode: string | null;
  /** The gateway's message, for people. */
  readonly message: string | null;
}

/** The billing details that the shopper entered at the gateway. */
export interface BillingDetails {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** Null if no part of it was given. */
  readonly address: BillingAddress | null;
}

/** A postal address; parts that were not given are null. */
export interface BillingAddress {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  /** Two letters of ISO 3166. */
  readonly country: string | null;
}
