const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * How long each attempt waits for its time after the one before has failed, as Standard Webhooks has it: ten attempts
 * in some 75 hours.
 */
export const SCHEDULE: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** The longest that an endpoint may have an attempt wait by `Retry-After`. */
const RETRY_AFTER_MAX = 24 * HOUR;

/** Each wait is up to a tenth shorter or longer: what failed together does not come again together. */
const JITTER = 0.1;

/** An endpoint for which every attempt has failed for so long is disabled: five days. */
export const FAILING_MAX_MS = 120 * HOUR;

/**
 * How long to wait after a failed attempt; undefined if it was the last one. `step` is how many of the schedule's
 * attempts have failed, this one included; `retryAfterMs` what the endpoint asks for; `random` is from 0 to 1.
 */
export function waitAfterFailure(
  step: number,
  retryAfterMs: number | undefined,
  random: number,
): number | undefined {
  const wait = SCHEDULE[step];
  if (wait === undefined) return undefined;
  const jittered = wait * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.max(jittered, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX)));
}

/** Reads the header `Retry-After`: seconds, or a date. In milliseconds; undefined if it is neither. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,10}$/.test(header)) return Number(header) * SECOND;
  const date = /^[A-Za-z]{3},? /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
