/** How what a shopper typed compared with what the card's issuer knows. */
export type CardCheck = "pass" | "fail" | "unavailable" | "unchecked";

/** What came of an authentication by 3-D Secure, in the field's words. */
export type ThreeDSecureResult =
  "authenticated" | "attempt_acknowledged" | "exempted" | "failed" | "not_supported" | "processing_error";

/** An authentication by 3-D Secure. */
export interface ThreeDSecure {
  readonly result: ThreeDSecureResult;
  readonly electronicCommerceIndicator: string | null;
  readonly version: string | null;
}

/** What the gateway said of one charge besides what decides. What it did not say is null. */
export interface ChargeDetails {
  readonly authorizationCode: string | null;
  readonly cvcCheck: CardCheck;
  readonly addressLine1Check: CardCheck;
  readonly addressPostalCodeCheck: CardCheck;
  /** Null where it was not tried. */
  readonly threeDSecure: ThreeDSecure | null;
  /** Null where the charge was not declined. */
  readonly declineCode: string | null;
  /** The gateway's words, for people. */
  readonly message: string | null;
}

/** Who paid, as they told the gateway. */
export interface BillingDetails {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** Null where no part of it was told. */
  readonly address: BillingAddress | null;
}

/** A postal address, each part as far as it was told. */
export interface BillingAddress {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  /** Two letters of ISO 3166. */
  readonly country: string | null;
}
