import { customAlphabet } from "nanoid";

/**
 * 24 digits, about 80 random bits: another merchant's transaction cannot be guessed. The original counts
 * upwards.
 */
export function newTransactionId(): string {
  return firstDigit() + moreDigits();
}

/**
 * A cross reference in the gateway's layout: date and hour, two letters, minutes, two letters, seconds, and a
 * tail. 23 characters, opaque to every client.
 */
export function newXref(now: number): string {
  const { year, month, day, hour, minute, second } = londonTime(now);
  const date = `${year.slice(2)}${month}${day}${hour}`;
  return `${date}${letters(2)}${minute}${letters(2)}${second}${letters(2)}${digits(2)}${letters(3)}`;
}

/** Identifies one request, as the gateway's `requestID` does: 13 hexadecimal digits. */
export function newRequestId(): string {
  return hexDigits(13);
}

/** The issuer's code for an approval: six digits. */
export function newAuthorisationCode(): string {
  return digits(6);
}

/** `2026-11-22 15:30:59` in UK local time without a zone, as the gateway writes it. */
export function gatewayTimestamp(now: number): string {
  const { year, month, day, hour, minute, second } = londonTime(now);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

const firstDigit = customAlphabet("123456789", 1);
const moreDigits = customAlphabet("0123456789", 23);
const digits = customAlphabet("0123456789");
const hexDigits = customAlphabet("0123456789abcdef");

/** Without vowels, so that no reference spells a word. */
const letters = customAlphabet("BCDFGHJKLMNPQRSTVWXYZ");

const LONDON = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

type Part = "year" | "month" | "day" | "hour" | "minute" | "second";

function londonTime(now: number): Record<Part, string> {
  const parts = new Map(LONDON.formatToParts(now).map(({ type, value }) => [type, value]));
  const part = (name: Part): string => parts.get(name) ?? "";
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
    second: part("second"),
  };
}
