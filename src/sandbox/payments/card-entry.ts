import { createHmac } from "node:crypto";

import { type Field, fieldText } from "../../cardstream/fields.js";
import { type TestCard, testCardOf } from "./test-cards.js";

/** The card that was entered: a published test card. */
export interface CardEntry {
  readonly card: TestCard;
  /** 1 to 12. */
  readonly expiryMonth: number;
  /** Four digits. */
  readonly expiryYear: number;
  /** True if the security code is the published one; undefined if none was given, which only servers may do. */
  readonly cvvMatches: boolean | undefined;
}

/** Inputs of the card form, by the gateway's names. */
export type CardInput = "cardNumber" | "cardExpiryMonth" | "cardExpiryYear" | "cardCVV";

/** The error of each input, for the shopper. Never contains what was typed. */
export type CardErrors = Partial<Record<CardInput, string>>;

/**
 * Reads the card form. A number that is not on the published list is refused and not kept: it may be a real
 * card, so nothing here stores, repeats or describes it.
 */
export function readCardEntry(
  fields: readonly Field[],
  now: number,
  securityCode: "required" | "optional" = "required",
): { entry: CardEntry } | { errors: CardErrors } {
  const card = testCardOf(fieldText(fields, "cardNumber"));
  const expiryMonth = monthOf(fieldText(fields, "cardExpiryMonth"));
  const expiryYear = yearOf(fieldText(fields, "cardExpiryYear"));
  const cvv = fieldText(fields, "cardCVV").trim();
  const errors = withoutUndefined({
    cardNumber: card === undefined ? numberError(fields) : undefined,
    cardExpiryMonth: expiryMonth === undefined ? "Enter the month as a number from 1 to 12." : undefined,
    cardExpiryYear: yearError(expiryMonth, expiryYear, now),
    cardCVV: cvv === "" && securityCode === "optional" ? undefined : cvvError(cvv, card),
  });
  if (card === undefined || expiryMonth === undefined || expiryYear === undefined) return { errors };
  if (Object.keys(errors).length > 0) return { errors };
  return { entry: { card, expiryMonth, expiryYear, cvvMatches: cvv === "" ? undefined : cvv === card.cvv } };
}

/** The card as it is stored. Keyed: a card number has too few digits for a bare hash to hide it. */
export function cardHashOf({ card }: CardEntry, secret: string): string {
  return createHmac("sha256", secret).update(card.number).digest("hex");
}

function numberError(fields: readonly Field[]): string {
  if (fieldText(fields, "cardNumber").trim() === "") return "Enter the number of a test card.";
  return "This is not one of the published test cards. No other card is read here, so never enter a real one.";
}

function monthOf(text: string): number | undefined {
  const month = /^\s*\d{1,2}\s*$/.test(text) ? Number(text) : 0;
  return month >= 1 && month <= 12 ? month : undefined;
}

/** Two digits, as on the card, or four. */
function yearOf(text: string): number | undefined {
  const digits = /^\s*(?:20)?(\d{2})\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : 2000 + Number(digits);
}

function yearError(month: number | undefined, year: number | undefined, now: number): string | undefined {
  if (year === undefined) return "Enter the year with two or four digits.";
  return isPast(month ?? 12, year, now) ? "This date is past. Choose one in the future." : undefined;
}

/** A card is valid until the end of its month. */
function isPast(month: number, year: number, now: number): boolean {
  return Date.UTC(year, month, 1) <= now;
}

function cvvError(cvv: string, card: TestCard | undefined): string | undefined {
  const length = card?.cvv.length;
  if (length === undefined) return /^\d{3,4}$/.test(cvv) ? undefined : "Enter the 3 or 4 digits.";
  return /^\d+$/.test(cvv) && cvv.length === length ? undefined : `Enter the ${length} digits.`;
}

function withoutUndefined(errors: Record<CardInput, string | undefined>): CardErrors {
  return Object.fromEntries(Object.entries(errors).filter(([, text]) => text !== undefined));
}
