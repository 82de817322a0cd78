import type { Field } from "../../cardstream/fields.js";
import type { ResultName } from "./echoed-fields.js";

/** New values of fields, which replace those of equal names or are appended. */
export type FieldOverride = Partial<
  Record<ResultName | "action" | "amount" | "merchantID" | "orderRef" | "transactionUnique", string>
>;

/** The fields with `changes` applied, each in its place; an empty text removes a field. */
export function overrideFields(fields: readonly Field[], changes: FieldOverride): Field[] {
  const rest = new Map(Object.entries(changes));
  const replaced = fields.map(([name, value]): Field => {
    const change = rest.get(name);
    rest.delete(name);
    return [name, change ?? value];
  });
  return [...replaced, ...rest].filter(([name, value]) => value !== "" || !(name in changes));
}
