import { fullEnumNames } from "./enum-names.js";
import { createJsonDialect, type JsonDialect } from "./dialect.js";
import type { JsonStyle } from "./json-style.js";

/**
 * ProtoJSON, with the looseness of other parsers closed: unknown fields and duplicate keys are refused, numbers are
 * exact or refused, `" 5"` and `"0x10"` are no numbers, and 30 February is no day.
 *
 * Fields without presence are written also where they have their default, so that a client always finds them.
 */
export const canonicalStyle: JsonStyle = {
  fieldName: (field) => field.jsonName,
  int64: "text",
  enumNames: fullEnumNames,
  enumNumbers: true,
  unset: "omit",
  defaults: "write",
  fieldMask: "camel",
  expandedSuffix: "",
  parameterPath: (name) => name,
};

/** The default dialect: ProtoJSON. */
export const canonicalDialect: JsonDialect = createJsonDialect(canonicalStyle);
