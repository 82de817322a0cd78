import type { BillingAddress, BillingDetails } from "../domain/gateway-result.js";
import { countryOf } from "../domain/country.js";
import { type Field, readableField } from "./fields.js";

/** The billing details that a result echoes. Null if it has none. */
export function readBillingDetails(fields: readonly Field[]): BillingDetails | null {
  const text = (name: string): string | null => textOf(readableField(fields, name));
  return withAnything({
    name: text("customerName"),
    email: text("customerEmail"),
    phone: text("customerPhone"),
    address: readAddress(text),
  });
}

/** Longer than any real name or street. */
const TEXT_MAX = 500;

function textOf(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === "" ? null : trimmed.slice(0, TEXT_MAX).toWellFormed();
}

/**
 * An address's lines arrive in one field. Requests may name the postcode differently, and results echo that
 * name.
 */
function readAddress(text: (name: string) => string | null): BillingAddress | null {
  const [line1 = null, ...rest] = (text("customerAddress") ?? "")
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return withAnything({
    line1,
    line2: rest.length === 0 ? null : rest.join(", "),
    city: text("customerTown"),
    state: text("customerCounty"),
    postalCode: text("customerPostcode") ?? text("customerPostCode"),
    country: countryOf(text("customerCountryCode") ?? "") ?? null,
  });
}

function withAnything<T extends object>(parts: T): T | null {
  return Object.values(parts).some((part) => part !== null) ? parts : null;
}
