/** What a transcoder allows at most. */
export interface Limits {
  /**
   * Bytes of a request body, before and after inflating. Default 1 MiB: a thousand line items with long names are a
   * fifth of that, and a process can hold a thousand such bodies at once.
   */
  readonly requestBytesMax: number;
  /**
   * How long a call with one answer may take. A client can only shorten it. Default 30 s: below the 60 s after which
   * most proxies give up, so that the caller hears it from us.
   */
  readonly timeoutMsMax: number;
  /**
   * How long a stream of answers may last. Default 1 h: long enough to watch, short enough to free what was
   * forgotten.
   */
  readonly streamTimeoutMsMax: number;
}

const DEFAULTS: Limits = {
  requestBytesMax: 1024 * 1024,
  timeoutMsMax: 30_000,
  streamTimeoutMsMax: 3_600_000,
};

/** The limits that were chosen, and the defaults for the rest. Throws for a number that is no limit. */
export function limitsOf(chosen: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULTS, ...chosen };
  for (const [name, value] of Object.entries(limits)) {
    if (Number.isSafeInteger(value) && value > 0 && value <= LIMIT_MAX) continue;
    throw new RangeError(`${name} must be a whole number from 1 to ${LIMIT_MAX}`);
  }
  return limits;
}

/** Node's timers take nothing longer, and fire at once instead; 2 GiB of JSON is no text that V8 can hold either. */
const LIMIT_MAX = 2 ** 31 - 1;
