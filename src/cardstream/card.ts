import { countryOf } from "../domain/country.js";
import type { Card, CardFunding } from "../domain/gateway-result.js";
import { type Field, fieldText } from "./fields.js";

/**
 * The card of a result. A part is null if the gateway did not send it or sent an impossible value: card
 * details never keep a payment from being recorded.
 */
export function readCard(fields: readonly Field[]): Card {
  return {
    brand: brandOf(fieldText(fields, "cardSchemeCode"), fieldText(fields, "cardTypeCode")),
    last4: /\d{4}$/.exec(fieldText(fields, "cardNumberMask"))?.[0] ?? null,
    expMonth: monthOf(fieldText(fields, "cardExpiryMonth")),
    expYear: yearOf(fieldText(fields, "cardExpiryYear")),
    funding: fundingOf(fieldText(fields, "cardTypeCode"), fieldText(fields, "cardType")),
    country: countryOf(fieldText(fields, "cardIssuerCountryCode")) ?? null,
  };
}

/** What cards that look alike have in common: mask, expiry and issuer. Null without a mask. */
export function readCardLook(fields: readonly Field[]): string | null {
  const mask = fieldText(fields, "cardNumberMask").trim();
  const { expMonth, expYear } = readCard(fields);
  const issuer = fieldText(fields, "cardIssuer").trim();
  return mask === "" ? null : JSON.stringify([mask, expMonth, expYear, issuer]);
}

/** Card types and schemes of Cardstream guide A-10, in the API's words. */
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

/**
 * Card types of guide A-10 that are known to be credit or debit. For JCB, Discover and UnionPay's CU the
 * guide does not say.
 */
const FUNDINGS: ReadonlyMap<string, CardFunding> = new Map([
  ["AM", "credit"],
  ["CC", "credit"],
  ["CD", "debit"],
  ["DC", "credit"],
  ["DI", "credit"],
  ["EL", "debit"],
  ["MA", "debit"],
  ["MC", "credit"],
  ["MD", "debit"],
  ["MI", "credit"],
  ["MP", "credit"],
  ["MU", "debit"],
  ["VA", "debit"],
  ["VC", "credit"],
  ["VD", "debit"],
  ["VP", "credit"],
]);

/** No code means prepaid, so the name of the card's type decides first. */
function fundingOf(typeCode: string, type: string): CardFunding | null {
  if (typeCode === "" && type === "") return null;
  if (/prepaid/i.test(type)) return "prepaid";
  return (
    FUNDINGS.get(typeCode) ?? (/debit/i.test(type) ? "debit" : /credit/i.test(type) ? "credit" : "unknown")
  );
}

function monthOf(text: string): number | null {
  const month = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return month >= 1 && month <= 12 ? month : null;
}

/** The gateway sends two digits; no card expires in another century. */
function yearOf(text: string): number | null {
  if (/^20\d{2}$/.test(text)) return Number(text);
  return /^\d{2}$/.test(text) ? 2000 + Number(text) : null;
}
