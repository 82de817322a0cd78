import { plainEnumNames } from "./enum-names.js";
import { createJsonDialect, type JsonDialect } from "./dialect.js";
import type { JsonStyle } from "./json-style.js";

/**
 * JSON as people write it by hand: snake_case names, 64-bit integers as numbers (exact, or an error), enum
 * values as `open` instead of CHECKOUT_STATUS_OPEN, and `null` for what is not set.
 *
 * Requests may use the JSON names and full enum names as well. Lists in the query may be spelt `expand[]=a`
 * or `expand[0]=a`, and fields of fields `created[gte]=1`, as PHP and Stripe's libraries do. An object that a
 * request asked to have expanded stands where its id would.
 */
export const plainStyle: JsonStyle = {
  fieldName: (field) => field.name,
  int64: "number",
  enumNames: plainEnumNames,
  enumNumbers: false,
  unset: "null",
  defaults: "write",
  fieldMask: "proto",
  expandedSuffix: "_expanded",
  parameterPath: dotted,
};

/** The plain dialect. */
export const plainDialect: JsonDialect = createJsonDialect(plainStyle);

/** `expand[]` and `expand[0]` are `expand`, and `created[gte]` is `created.gte`. */
function dotted(name: string): string {
  if (!name.includes("[")) return name;
  return name.replace(/\[\d*\]$/, "").replaceAll(/\[(\w+)\]/g, ".$1");
}
