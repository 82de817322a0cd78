import { createJsonDialect, type JsonDialect, plainEnumNames } from "./dialect.js";
import type { JsonStyle } from "./json-style.js";

/** The object of an event, which is of one of several kinds. */
const ALTERNATIVES = "object";

/**
 * JSON as people write it by hand: snake_case names, 64-bit integers as numbers (exact, or an error), enum
 * values as `open` instead of CHECKOUT_STATUS_OPEN, and `null` for unset fields.
 *
 * Requests may also use JSON names and full enum names. A list in the query may be written `expand[]=a` or
 * `expand[0]=a`, a nested field `created[gte]=1`, as PHP and Stripe's libraries do. The body may be a form
 * with such names. An expanded object replaces its id.
 */
export const plainStyle: JsonStyle = {
  fieldName: (field) => (field.oneof?.name === ALTERNATIVES ? ALTERNATIVES : field.name),
  int64: "number",
  exponents: false,
  enumNames: plainEnumNames,
  enumNumbers: false,
  unset: "null",
  leftOut: new Set(["deleted"]),
  defaults: "write",
  fieldMask: "proto",
  expandedSuffix: "_expanded",
  alternatives: ALTERNATIVES,
  forms: true,
  parameterPath: dotted,
};

/** The plain dialect. */
export const plainDialect: JsonDialect = createJsonDialect(plainStyle);

/** Converts `expand[]` and `expand[0]` to `expand`, and `created[gte]` to `created.gte`. */
function dotted(name: string): string {
  if (!name.includes("[")) return name;
  return name.replace(/\[\d*\]$/, "").replaceAll(/\[(\w+)\]/g, ".$1");
}
