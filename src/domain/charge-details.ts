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
