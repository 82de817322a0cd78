/** Limits of a transcoder. */
export interface Limits {
  /**
   * Bytes of a request body, before and after inflating. Default 1 MiB: a thousand line items with long names are a
   * fifth of that, and a process can hold a thousand such bodies at once.
   */
  readonly requestBytesMax: number;
  /**
   * Time limit of a unary call in milliseconds; a client can only shorten it. Default 30 s: below the 60 s
   * after which most proxies give up, so that the caller gets this server's error.
   */
  readonly timeoutMsMax: number;
  /**
   * Time limit of a server stream in milliseconds. Default 1 h: long enough to watch, short enough to free
   * abandoned streams.
   */
  readonly streamTimeoutMsMax: number;
}

const DEFAULTS: Limits = {
  requestBytesMax: 1024 * 1024,
  timeoutMsMax: 30_000,
  streamTimeoutMsMax: 3_600_000,
};

/** Completes the chosen limits with the defaults. Throws for an invalid number. */
export function limitsOf(chosen: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULTS, ...chosen };
  for (const [name, value] of Object.entries(limits)) {
    if (Number.isSafeInteger(value) && value > 0 && value <= LIMIT_MAX) continue;
    throw new RangeError(`${name} must be a whole number from 1 to ${LIMIT_MAX}`);
  }
  return limits;
}

/**
 * Maximum of Node's timers, in milliseconds; longer ones fire immediately. As bytes, V8 holds no text of 2
 * GiB either.
 */
const LIMIT_MAX = 2 ** 31 - 1;
