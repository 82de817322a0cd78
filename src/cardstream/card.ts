import type { Card } from "../domain/gateway-result.js";
import { type Field, fieldText } from "./fields.js";

/**
 * The card of a result. Each part is null where the gateway did not send it or sent what it cannot be: a payment is never
 * lost for the sake of a card's decoration.
 */
export function readCard(fields: readonly Field[]): Card {
  return {
    brand: brandOf(fieldText(fields, "cardSchemeCode"), fieldText(fields, "cardTypeCode")),
    last4: /\d{4}$/.exec(fieldText(fields, "cardNumberMask"))?.[0] ?? null,
    expMonth: monthOf(fieldText(fields, "cardExpiryMonth")),
    expYear: yearOf(fieldText(fields, "cardExpiryYear")),
  };
}

/** Card types and schemes of Cardstream guide A-10 in the words that the merchants' API uses. */
const BRANDS: ReadonlyMap<string, string> = new Map([
  ["AM", "amex"],
  ["CC", "unionpay"],
  ["CD", "unionpay"],
  ["CU", "unionpay"],
  ["DC", "diners"],
  ["DI", "diners"],
  ["DS", "discover"],
  ["EL", "visa"],
  ["JC", "jcb"],
  ["MA", "mastercard"],
  ["MC", "mastercard"],
  ["MD", "mastercard"],
  ["MI", "mastercard"],
  ["MP", "mastercard"],
  ["MU", "mastercard"],
  ["VA", "visa"],
  ["VC", "visa"],
  ["VD", "visa"],
  ["VP", "visa"],
]);

function brandOf(schemeCode: string, typeCode: string): string | null {
  if (schemeCode === "" && typeCode === "") return null;
  return BRANDS.get(schemeCode) ?? BRANDS.get(typeCode) ?? "unknown";
}

function monthOf(text: string): number | null {
  const month = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return month >= 1 && month <= 12 ? month : null;
}

/** The gateway sends two digits; no card that it takes expires in another century. */
function yearOf(text: string): number | null {
  if (/^20\d{2}$/.test(text)) return Number(text);
  return /^\d{2}$/.test(text) ? 2000 + Number(text) : null;
}
