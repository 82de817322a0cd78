import currencyCodes from "currency-codes";

import { createCache } from "../lib/cache.js";
import { Refusal } from "./refusal.js";

/** A currency of ISO 4217. */
export interface Currency {
  /** Three letters in lower case, as in the API: `gbp`. */
  readonly code: string;
  /** Three digits, as at the gateway: `826`. */
  readonly number: string;
  /** Decimal digits of the minor unit: 2 for GBP, 0 for JPY, 3 for KWD. */
  readonly exponent: number;
}

/**
 * Smallest and largest total of a session, in minor units: eleven digits, one fewer than ISO 8583 carries.
 */
export const TOTAL_MIN = 1;
export const TOTAL_MAX = 99_999_999_999;

/** The currency of a three-letter code in either case. Undefined if ISO 4217 has none. */
export function currencyByCode(code: string): Currency | undefined {
  return BY_CODE.get(code.toLowerCase());
}

/** The currency of a gateway result, which has three digits or three letters. */
export function currencyOfGateway(text: string): Currency | undefined {
  return BY_NUMBER.get(text) ?? currencyByCode(text);
}

/** The sum of unit amount times quantity, in minor units. Throws a Refusal outside 1 to 99 999 999 999. */
export function totalOf(items: readonly { unitAmount: number; quantity: number }[]): number {
  // BigInt: a hundred items of the largest amount and quantity exceed the exact numbers.
  const total = items.reduce((sum, item) => sum + BigInt(item.unitAmount) * BigInt(item.quantity), 0n);
  if (total < TOTAL_MIN) {
    throw new Refusal("AMOUNT_TOO_SMALL", `The total must be at least ${TOTAL_MIN}.`, "line_items");
  }
  if (total > TOTAL_MAX) {
    throw new Refusal("AMOUNT_TOO_LARGE", `The total must be at most ${TOTAL_MAX}.`, "line_items");
  }
  return Number(total);
}

/** The amount for operators and the gateway: `29.99 GBP`, `2999 JPY`. Exact: computed without floating point. */
export function displayAmount(amount: number, currency: Currency): string {
  return `${decimalAmount(amount, currency)} ${currency.code.toUpperCase()}`;
}

/**
 * The amount as people write it: `£29.99`, `¥4,200`; in a locale such as `de` `29,99 £`. Exact, as above. A locale that
 * is null or unknown counts as `en`, the language of the pages.
 */
export function localAmount(amount: number, currency: Currency, locale: string | null = null): string {
  // A text in digits is formatted exactly; a number might not be.
  return writerOf(currency, locale).format(decimalAmount(amount, currency) as `${number}`);
}

/** The amount in major units without its currency: `29.99`, `2999`, `-0.50`. Exact, as above. */
export function decimalAmount(amount: number, { exponent }: Currency): string {
  const sign = amount < 0 ? "-" : "";
  const digits = String(Math.abs(amount)).padStart(exponent + 1, "0");
  const point = digits.length - exponent;
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Making one takes fifty times as long as writing an amount with it. */
function writerOf(currency: Currency, locale: string | null): Intl.NumberFormat {
  const key = `${currency.code} ${locale ?? ""}`;
  const known = writers.get(key);
  if (known !== undefined) return known;
  const { code, exponent } = currency;
  const digits = { minimumFractionDigits: exponent, maximumFractionDigits: exponent };
  const writer = new Intl.NumberFormat(localeOf(locale), { style: "currency", currency: code, ...digits });
  writers.set(key, writer);
  return writer;
}

/** Merchants choose the locale: there may be many. */
const writers = createCache<string, Intl.NumberFormat>({ max: 500 });

function localeOf(locale: string | null): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale ?? DEFAULT_LOCALE)[0] ?? DEFAULT_LOCALE;
  } catch {
    return DEFAULT_LOCALE; // Not a language tag at all, which throws.
  }
}

const DEFAULT_LOCALE = "en";

/**
 * Codes beginning with X are metals, funds and test codes, except these shared currencies, which people pay
 * with.
 */
const SHARED = new Set(["xaf", "xcd", "xof", "xpf"]);

/**
 * Funds and units of account with other codes: prices may be tied to them, but payments are not made in them.
 */
const FUNDS = new Set(["bov", "che", "chw", "clf", "cou", "mxv", "usn", "uyi", "uyw"]);

/**
 * The Caribbean guilder replaced the Antillean one, with its number, in 2025; the library's list is older.
 */
const REPLACED = new Set(["ang"]);
const CARIBBEAN_GUILDER: Currency = { code: "xcg", number: "532", exponent: 2 };

const CURRENCIES: readonly Currency[] = currencyCodes.data
  .map(({ code, number, digits }) => ({ code: code.toLowerCase(), number, exponent: digits }))
  .filter(({ code }) => !code.startsWith("x") || SHARED.has(code))
  .filter(({ code }) => !FUNDS.has(code) && !REPLACED.has(code))
  .concat(CARIBBEAN_GUILDER);

const BY_CODE = new Map(CURRENCIES.map((currency) => [currency.code, currency]));
const BY_NUMBER = new Map(CURRENCIES.map((currency) => [currency.number, currency]));
