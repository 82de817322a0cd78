import { customAlphabet } from "nanoid";

/** Prefixes of the objects that this service names; the first four are in the merchants' contract. */
export type IdPrefix =
  "cs" | "pi" | "pm" | "cus" | "evt" | "re" | "mer" | "key" | "gr" | "req" | "hpp" | "claim" | "call";

/**
 * A new id such as `cs_VbehKxU0` followed by 21 random characters: 125 random bits, so that it cannot be guessed.
 *
 * It begins with its time in milliseconds and a place within that millisecond. So rows append to their table instead of
 * scattering over it, and the ids that a process makes sort in the order of their making. All characters are URL-safe,
 * and sort alike as ASCII and as binary.
 */
export function newId(prefix: IdPrefix, now: number): string {
  return `${prefix}_${timeText(now)}${DIGITS.charAt(placeWithin(now))}${randomText()}`;
}

/**
 * Whether a text can be an id of this kind: what cannot is not looked for. Ids of earlier versions were of
 * other lengths; columns hold 64 characters.
 */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-9A-Za-z]{1,60}$/.test(text.slice(prefix.length + 1));
}

/** The same for what the gateway gives out: its `merchantID`s, some of them aliases, and its `xref`s. */
export function isGatewayId(text: string): boolean {
  return /^[0-9A-Za-z_-]{1,64}$/.test(text);
}

/** What no id of this time or a later one sorts below, and every older one does. */
export function firstId(prefix: IdPrefix, time: number): string {
  return `${prefix}_${timeText(Math.min(Math.max(time, 0), TIME_END - 1))}`;
}

/** Digits in ASCII order: two ids of one prefix compare as their times do. */
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

/** By time, the newest last: several clocks and transactions take turns. */
const places = new Map<number, number>();

/** A transaction that takes longer than so many other times are made ids of may sort its last ids among its first. */
const TIMES_MAX = 1000;

/** Ids after the 62nd of one millisecond are still unique; only their order among themselves is left to chance. */
function placeWithin(now: number): number {
  const last = places.get(now);
  const place = last === undefined ? 0 : Math.min(last + 1, DIGITS.length - 1);
  places.set(now, place);
  if (last === undefined && places.size > TIMES_MAX) {
    const [oldest] = places.keys();
    if (oldest !== undefined) places.delete(oldest);
  }
  return place;
}
