import { type Field, fieldText } from "../../cardstream/fields.js";

/** The shopper's contact details on the card page, by the gateway's names. */
export const CUSTOMER_INPUTS = [
  "customerName",
  "customerEmail",
  "customerAddress",
  "customerTown",
  "customerPostcode",
] as const;

/** The gateway truncates longer texts silently (guide 1.7.8). */
const TEXT_MAX = 255;

/** The request's fields, replaced in place by what the shopper entered; empty inputs change nothing. */
export function withCustomerEntry(request: readonly Field[], entry: readonly Field[]): Field[] {
  const typed = new Map<string, string>();
  for (const name of CUSTOMER_INPUTS) {
    const text = fieldText(entry, name).trim().slice(0, TEXT_MAX).toWellFormed();
    if (text !== "") typed.set(name, text);
  }
  const replaced = request.map(([name, value]): Field => {
    const text = typed.get(name);
    typed.delete(name);
    return [name, text ?? value];
  });
  return [...replaced, ...typed];
}
