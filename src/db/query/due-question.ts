/**
 * What is due by now, of live or test mode, each test merchant's by its own clock; at most so much, and of
 * others than these.
 */
export interface DueQuestion {
  readonly livemode: boolean;
  /** By the service's clock. */
  readonly now: number;
  readonly limit: number;
  /** Ids of merchants. */
  readonly except: readonly string[];
}
