import { type DescField, type DescMessage, isFieldSet, type Message } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import {
  type EnumRules,
  EnumRulesSchema,
  type FieldRules,
  FieldRulesSchema,
  type Int64Rules,
  Int64RulesSchema,
  type MapRules,
  MapRulesSchema,
  type RepeatedRules,
  RepeatedRulesSchema,
  type StringRules,
  StringRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

import { regexOf } from "./regex.js";
import { type Check, expressionCheck } from "./known-cel.js";

/** The check of an unknown kind of rule: never sure, so that protovalidate decides. */
export const UNSURE: Check = () => false;

/** The checks of a field's value, for all its rules but `required`. */
export function checksOf(rules: FieldRules, field: DescField): readonly Check[] {
  if (!knows(FieldRulesSchema, rules, ["required", "cel", ...TYPES])) return [UNSURE];
  const expressions = rules.cel.map(({ expression }) => expressionCheck(expression));
  return rules.type.case === undefined ? expressions : [...expressions, typeCheck(rules, field)];
}

/** The check of `required`: a field without presence must not have its default. */
export function requiredCheck(field: DescField): Check {
  if (field.fieldKind === "list") return (value) => (value as unknown[] | undefined)?.length !== 0;
  if (field.fieldKind === "map") return UNSURE;
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) return (value) => value !== undefined;
  return (value) => value !== "" && value !== 0 && value !== 0n && value !== false && value !== undefined;
}

const TYPES = ["string", "int64", "enum", "repeated", "map"];

function typeCheck({ type }: FieldRules, field: DescField): Check {
  if (type.case === undefined) return () => true;
  if (type.case === "string") return stringCheck(type.value);
  if (type.case === "int64") return int64Check(type.value);
  if (type.case === "enum") return enumCheck(type.value, field);
  if (type.case === "repeated") return listCheck(type.value, field);
  return type.case === "map" ? mapCheck(type.value, field) : UNSURE;
}

/**
 * Rules count characters, `length` counts UTF-16 units, of which a character has up to two: between both
 * counts the check is unsure.
 */
function stringCheck(rules: StringRules): Check {
  if (!knows(StringRulesSchema, rules, ["min_len", "max_len", "pattern", "in"])) return UNSURE;
  const [min, max] = [Number(rules.minLen), rules.maxLen === 0n ? Infinity : Number(rules.maxLen)];
  const { in: allowed } = rules;
  const pattern = rules.pattern === "" ? undefined : regexOf(rules.pattern);
  return (value) => {
    const text = value as string;
    if (text.length > max || text.length < min * 2 - 1) return false;
    if (allowed.length > 0 && !allowed.includes(text)) return false;
    return pattern === undefined || pattern.test(text);
  };
}

function int64Check(rules: Int64Rules): Check {
  if (!knows(Int64RulesSchema, rules, ["gte", "lte"])) return UNSURE;
  const { greaterThan, lessThan } = rules;
  const from = greaterThan.case === "gte" ? greaterThan.value : undefined;
  const to = lessThan.case === "lte" ? lessThan.value : undefined;
  return (value) =>
    (from === undefined || (value as bigint) >= from) && (to === undefined || (value as bigint) <= to);
}

function enumCheck(rules: EnumRules, { enum: desc }: DescField): Check {
  if (!knows(EnumRulesSchema, rules, ["defined_only"]) || desc === undefined) return UNSURE;
  return (value) => !rules.definedOnly || desc.value[value as number] !== undefined;
}

function listCheck(rules: RepeatedRules, field: DescField): Check {
  const names = ["min_items", "max_items", "unique", "items"];
  if (!knows(RepeatedRulesSchema, rules, names) || field.fieldKind !== "list") return UNSURE;
  const [min, max] = [Number(rules.minItems), rules.maxItems === 0n ? Infinity : Number(rules.maxItems)];
  const item = partCheck(rules.items, field);
  return (value) => {
    const items = value as unknown[];
    if (items.length < min || items.length > max || !items.every(item)) return false;
    return !rules.unique || items.length < 2;
  };
}

function mapCheck(rules: MapRules, field: DescField): Check {
  if (!knows(MapRulesSchema, rules, ["max_pairs", "keys", "values"]) || field.fieldKind !== "map")
    return UNSURE;
  const max = rules.maxPairs === 0n ? Infinity : Number(rules.maxPairs);
  const keys = partCheck(rules.keys, field);
  const values = partCheck(rules.values, field);
  return (value) => {
    const entries = Object.entries(value as Record<string, unknown>);
    return entries.length <= max && entries.every(([key, item]) => keys(key) && values(item));
  };
}

/** Checks of a map's keys or values, or a list's items; only rules for strings are known. */
function partCheck(rules: FieldRules | undefined, field: DescField): Check {
  if (rules === undefined) return () => true;
  return knows(FieldRulesSchema, rules, ["string"]) ? typeCheck(rules, field) : UNSURE;
}

/** Whether only these fields are set, and no unknown ones. */
function knows(schema: DescMessage, rules: Message, names: readonly string[]): boolean {
  const isStrange = rules.$unknown !== undefined && rules.$unknown.length > 0;
  return (
    !isStrange && schema.fields.every((field) => names.includes(field.name) || !isFieldSet(rules, field))
  );
}
