/**
 * Whose an object is: one merchant's, in one mode. Calls of other merchants, or in the other mode, do not
 * find it.
 */
export interface MerchantScope {
  readonly merchantId: string;
  /** True for real money. */
  readonly livemode: boolean;
}
