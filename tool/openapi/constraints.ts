import { type DescField, getOption, hasOption, type JsonObject, ScalarType } from "@bufbuild/protobuf";
import { reflect, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import {
  field as fieldRules,
  type FieldRules,
  FieldRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** The `buf.validate` rules of a field. */
export function rulesOf(field: DescField): FieldRules | undefined {
  return hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
}

/** Whether a request without this field is refused. */
export function isRequired(field: DescField): boolean {
  const rules = rulesOf(field);
  const items = rules?.type.case === "repeated" ? rules.type.value.minItems : 0n;
  return rules?.required === true || items > 0n;
}

/** Whether unset differs from the default. */
export function canBeUnset({ presence }: DescField): boolean {
  return presence === Presence.EXPLICIT;
}

/**
 * What the rules of a field (or of a list's items, or a map's keys or values) say in JSON Schema.
 *
 * Of CEL rules only the length has an equivalent there; the comments describe them.
 */
export function constraintsOf(field: DescField, rules: FieldRules | undefined): JsonObject {
  const typed = typedRules(rules);
  const set = typed?.fields.filter((rule) => typed.isSet(rule)) ?? [];
  const keywords = set.map((rule) => keyword(`${rules?.type.case}.${rule.name}`, typed?.get(rule)));
  const lengths = (rules?.cel ?? []).map(({ id }) => CEL_LENGTHS[id] ?? {});
  return Object.assign(notEmpty(field, rules), ...keywords, ...lengths) as JsonObject;
}

/** What CEL rules say of a text's length, by their ids. */
const CEL_LENGTHS: Readonly<Record<string, JsonObject>> = { currency: { minLength: 3, maxLength: 3 } };

/** `required` also refuses the default of a field without presence. For numbers the range says so. */
function notEmpty(field: DescField, rules: FieldRules | undefined): JsonObject {
  const isText = field.fieldKind === "scalar" && field.scalar === ScalarType.STRING;
  return rules?.required === true && isText && !canBeUnset(field) ? { minLength: 1 } : {};
}

function typedRules(rules: FieldRules | undefined): ReflectMessage | undefined {
  if (rules?.type.case === undefined) return undefined;
  const desc = FieldRulesSchema.field[rules.type.case].message;
  return desc === undefined ? undefined : reflect(desc, rules.type.value);
}

function keyword(rule: string, value: unknown): JsonObject {
  const write = KEYWORDS[rule] ?? NUMBER_KEYWORDS[rule.replace(/^u?int(32|64)\./, "")];
  if (write === undefined) throw new Error(`There are no words in JSON Schema for the rule ${rule} yet`);
  return write(value);
}

type Write = (value: unknown) => JsonObject;

const KEYWORDS: Record<string, Write> = {
  "bool.const": (value) => ({ const: value === true }),
  "string.const": (value) => ({ const: String(value) }),
  "string.min_len": (value) => ({ minLength: Number(value) }),
  "string.max_len": (value) => ({ maxLength: Number(value) }),
  "string.pattern": (value) => ({ pattern: portable(String(value)) }),
  "repeated.min_items": (value) => ({ minItems: Number(value) }),
  "repeated.max_items": (value) => ({ maxItems: Number(value) }),
  "map.min_pairs": (value) => ({ minProperties: Number(value) }),
  "map.max_pairs": (value) => ({ maxProperties: Number(value) }),
  // The `enum` says it already.
  "enum.defined_only": () => ({}),
  "enum.not_in": () => ({}),
  // Handled with the items.
  "repeated.items": () => ({}),
  "map.keys": () => ({}),
  "map.values": () => ({}),
};

const NUMBER_KEYWORDS: Record<string, Write> = {
  const: (value) => ({ const: Number(value) }),
  gt: (value) => ({ exclusiveMinimum: Number(value) }),
  gte: (value) => ({ minimum: Number(value) }),
  lt: (value) => ({ exclusiveMaximum: Number(value) }),
  lte: (value) => ({ maximum: Number(value) }),
};

/**
 * Rewrites control characters in a form that every language's regular expressions have, since some clients
 * compile the patterns.
 */
function portable(pattern: string): string {
  const written = pattern.replaceAll("\\P{Cc}", "[^\\x00-\\x1f\\x7f-\\x9f]");
  if (/\\p|\[:/i.test(written)) throw new Error(`The pattern ${pattern} does not mean the same everywhere`);
  return new RegExp(written, "u").source;
}
