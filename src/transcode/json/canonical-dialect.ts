import { createJsonDialect, fullEnumNames, type JsonDialect } from "./dialect.js";
import type { JsonStyle } from "./json-style.js";

/**
 * Strict ProtoJSON: refuses unknown fields, duplicate keys, inexact numbers, number texts such as `" 5"` and
 * `"0x10"`, and dates such as 30 February.
 *
 * Writes fields without presence even if they have their default, so that a client always finds them.
 */
export const canonicalStyle: JsonStyle = {
  fieldName: (field) => field.jsonName,
  int64: "text",
  exponents: true,
  enumNames: fullEnumNames,
  enumNumbers: true,
  unset: "omit",
  defaults: "write",
  fieldMask: "camel",
  expandedSuffix: "",
  alternatives: "",
  parameterPath: (name) => name,
};

/** The default dialect: ProtoJSON. */
export const canonicalDialect: JsonDialect = createJsonDialect(canonicalStyle);
