/** Whose an object is: one merchant's, in one mode. Everybody else is told that it does not exist. */
export interface MerchantScope {
  readonly merchantId: string;
  /** True where real money moves. */
  readonly livemode: boolean;
}
