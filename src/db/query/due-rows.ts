/**
 * Asks for rows that are due, in live or test mode, by each test merchant's own clock; at most `limit`, and
 * none of the merchants in `except`.
 */
export interface DueRowsQuery {
  readonly livemode: boolean;
  /** By the service's clock, in milliseconds since the epoch. */
  readonly now: number;
  readonly limit: number;
  /** Ids of merchants to leave out. */
  readonly except: readonly string[];
}
