/** What a transcoder allows at most. */
export interface Limits {
  /**
   * Bytes of a request body, before and after inflating. Default 1 MiB: a thousand line items with long names are a
   * fifth of that, and a process can hold thousands of such bodies at once.
   */
  readonly requestBytesMax: number;
  /**
   * How long a call with one answer may take. A client can only shorten it. Default 30 s: below the 60 s after which
   * most proxies give up, so that the caller hears it from us.
   */
  readonly timeoutMsMax: number;
  /** How long a stream of answers may last. Default 1 h: long enough to watch, short enough to free what was forgotten. */
  readonly streamTimeoutMsMax: number;
}

/** The limits that hold where an option does not say otherwise. */
export const DEFAULT_LIMITS: Limits = {
  requestBytesMax: 1024 * 1024,
  timeoutMsMax: 30_000,
  streamTimeoutMsMax: 3_600_000,
};
