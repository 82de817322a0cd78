import { type Field, fieldText } from "../../cardstream/fields.js";

/** What a shopper may say of themselves on the card page, under the gateway's names. */
export const CUSTOMER_INPUTS = [
  "customerName",
  "customerEmail",
  "customerAddress",
  "customerTown",
  "customerPostcode",
] as const;

/** The gateway cuts longer texts without a word (guide 1.7.8). */
const TEXT_MAX = 255;

/** The fields of a request with what the shopper typed over them, each in its place; what was left empty stays. */
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
