import { customAlphabet } from "nanoid";

import { createCache } from "./cache.js";

/** Prefixes of this service's ids; merchants rely on the first four. */
export type IdPrefix =
  | "cs"
  | "pi"
  | "pm"
  | "cus"
  | "evt"
  | "re"
  | "mer"
  | "key"
  | "gr"
  | "seti"
  | "req"
  | "hpp"
  | "lease"
  | "call"
  | "we"
  | "wd"
  | "wa";

/**
 * Makes a new id such as `cs_VbehKxU0` followed by 21 random characters: 125 random bits, which cannot be
 * guessed.
 *
 * It begins with `now` in milliseconds and a sequence number within that millisecond. So rows are appended to
 * their table instead of scattered over it, and the ids of one process sort in the order of creation. All
 * characters are URL-safe, and sort alike as ASCII and as binary.
 */
export function newId(prefix: IdPrefix, now: number): string {
  return `${prefix}_${timeText(now)}${DIGITS.charAt(placeWithin(now))}${randomText()}`;
}

/**
 * Whether a text can be an id with this prefix; where not, no lookup is needed. Ids of earlier versions have
 * other lengths; columns hold 64 characters.
 */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-9A-Za-z]{1,60}$/.test(text.slice(prefix.length + 1));
}

/** Whether a text can be an id of the gateway: a `merchantID`, which may be an alias, or an `xref`. */
export function isGatewayId(text: string): boolean {
  return /^[0-9A-Za-z_-]{1,64}$/.test(text);
}

/** Whether a text can be a customer's id, which the merchant may choose. */
export function isCustomerId(text: string): boolean {
  return /^cus_[0-9A-Za-z_-]{1,60}$/.test(text);
}

/** Lower bound for ids of `time` (in milliseconds) or later: every older id sorts below it. */
export function firstId(prefix: IdPrefix, time: number): string {
  return `${prefix}_${timeText(Math.min(Math.max(time, 0), TIME_END - 1))}`;
}

/** Digits in ASCII order, so that ids of one prefix sort by time. */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Seven digits of base 62 hold milliseconds until the year 2081. */
const TIME_LENGTH = 7;

const randomText = customAlphabet(DIGITS, 21);

const TIME_END = DIGITS.length ** TIME_LENGTH;

function timeText(now: number): string {
  if (!(now >= 0 && now < TIME_END)) throw new RangeError(`No id can begin with the time ${now}.`);
  let text = "";
  let rest = Math.trunc(now);
  while (text.length < TIME_LENGTH) {
    text = DIGITS.charAt(rest % DIGITS.length) + text;
    rest = Math.floor(rest / DIGITS.length);
  }
  return text;
}

/**
 * Times remembered. Where ids of more times are made during a transaction, its last ids may sort among its
 * first.
 */
const TIMES_MAX = 1000;

/** Last sequence number by time: several transactions with different times make ids in turn. */
const places = createCache<number, number>({ max: TIMES_MAX });

/** Ids after the 62nd of one millisecond are still unique; only their order among themselves is random. */
function placeWithin(now: number): number {
  const last = places.get(now);
  const place = last === undefined ? 0 : Math.min(last + 1, DIGITS.length - 1);
  places.set(now, place);
  return place;
}
