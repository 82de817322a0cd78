import {
  type DescField,
  type DescMessage,
  getOption,
  hasOption,
  type Message,
  isFieldSet,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import {
  field as fieldOption,
  message as messageOption,
  oneof,
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

import { type FunctionOf, memoizeRecursive } from "../../lib/memoize.js";
import { CodeGenerator } from "../../transcode/compiled/codegen.js";
import { fieldGetter } from "../../transcode/descriptors/message-fields.js";
import { regexOf } from "./regex.js";

/**
 * True where a message surely satisfies the `buf.validate` rules of its proto file. False where it may
 * violate one, or where a kind of rule is unknown here: protovalidate then decides, and words the error. Most
 * requests are valid, and protovalidate takes ten times as long to find that.
 */
type FastValidator = (message: Message) => boolean;

/**
 * Compiles the rules of a type and its nested types. Where the process forbids generated code, every message
 * is unsure.
 */
export const fastValidator = memoizeRecursive<DescMessage, [Message], boolean>((desc, of) => {
  const unknown = hasOption(desc, messageOption) || desc.oneofs.some((one) => hasOption(one, oneof));
  return unknown ? UNSURE : (fieldsValidity(desc, of) ?? UNSURE);
});

type ValidityOf = FunctionOf<DescMessage, [Message], boolean>;

/** One expression, which stops at the first field that may violate a rule. */
function fieldsValidity(desc: DescMessage, of: ValidityOf): FastValidator | undefined {
  const code = new CodeGenerator();
  const fields = desc.fields.map((field) => `(${fieldSource(field, code, of)})`);
  const source = `(m) => { let v; return ${["true", ...fields].join(" && ")}; }`;
  return code.compile(source) as FastValidator | undefined;
}

function fieldSource(field: DescField, code: CodeGenerator, of: ValidityOf): string {
  const rules = hasOption(field, fieldOption) ? getOption(field, fieldOption) : undefined;
  // protobuf-es keeps a oneof's member elsewhere.
  if (field.oneof !== undefined) return String(rules === undefined && field.message === undefined);
  const call = (check: Check): string => `${code.name(check)}(v)`;
  const checks = [...(rules === undefined ? [] : checksOf(rules, field)), ...insideOf(field, of)];
  const omitNulls = checks.length === 0 ? "true" : `(v === undefined || (${checks.map(call).join(" && ")}))`;
  const required = rules?.required === true ? `${call(requiredCheck(field))} && ` : "";
  return `v = ${code.name(fieldGetter(field))}(m), ${required}${omitNulls}`;
}

/** Checks of the messages inside a field, by the rules of their own type. */
function insideOf(field: DescField, of: ValidityOf): readonly Check[] {
  if (field.message === undefined) return [];
  const valid = of(field.message);
  if (field.fieldKind === "list") return [(list) => (list as Message[]).every((each) => valid(each))];
  if (field.fieldKind === "map")
    return [(map) => Object.values(map as Record<string, Message>).every((each) => valid(each))];
  return [(message) => valid(message as Message)];
}

/** The check of an unknown kind of rule: never sure, so that protovalidate decides. */
const UNSURE: Check = () => false;

/** The checks of a field's value, for all its rules but `required`. */
function checksOf(rules: FieldRules, field: DescField): readonly Check[] {
  if (!knows(FieldRulesSchema, rules, ["required", "cel", ...TYPES])) return [UNSURE];
  const expressions = rules.cel.map(({ expression }) => expressionCheck(expression));
  return rules.type.case === undefined ? expressions : [...expressions, typeCheck(rules, field)];
}

/** The check of `required`: a field without presence must not have its default. */
function requiredCheck(field: DescField): Check {
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

/** True where a set value surely satisfies a rule. */
type Check = (value: unknown) => boolean;

/**
 * The check of a CEL expression about `this`, for the two forms in the proto files. For any other form the
 * check is never true.
 */
function expressionCheck(expression: string): Check {
  return patternCheck(expression) ?? sameTextCheck(expression) ?? (() => false);
}

/** `this == '' || this.matches('...')`, also in lower case. */
const PATTERN = /^this == '' \|\| this(\.lowerAscii\(\))?\.matches\(r?'([^']*)'\)$/;

function patternCheck(expression: string): Check | undefined {
  const match = PATTERN.exec(expression);
  const pattern = match?.[2];
  // In CEL, a backslash begins an escape, except in a raw string.
  if (match === null || pattern === undefined) return undefined;
  if (pattern.includes("\\") && !expression.includes(".matches(r'")) return undefined;
  const isLower = match[1] !== undefined;
  const matches = matcherOf(pattern);
  return (value) => {
    const text = isLower ? lowerAscii(value as string) : (value as string);
    return text !== undefined && (text === "" || matches(text));
  };
}

/** A pattern that is a plain list of words becomes a Set. */
function matcherOf(pattern: string): (text: string) => boolean {
  const words = WORDS.exec(pattern)?.[1];
  if (words !== undefined) {
    const known = new Set(words.split("|"));
    return (text) => known.has(text);
  }
  const compiled = regexOf(pattern);
  return (text) => compiled.test(text);
}

const WORDS = /^\^\(([a-z]+(?:\|[a-z]+)*)\)\$$/;

/** `this.all(item, item.a.b.lowerAscii() == this[0].a.b.lowerAscii())`: all items have one text. */
const SAME_TEXT = /^this\.all\(item, item((?:\.[a-z_]+)+)\.lowerAscii\(\) == this\[0\]\1\.lowerAscii\(\)\)$/;

function sameTextCheck(expression: string): Check | undefined {
  const path = SAME_TEXT.exec(expression)?.[1]?.slice(1).split(".").map(localName);
  if (path === undefined) return undefined;
  return (value) => {
    const texts = (value as unknown[]).map((item) => textAt(item, path));
    return texts.every((text) => text !== undefined && text === texts[0]);
  };
}

function textAt(item: unknown, path: readonly string[]): string | undefined {
  let value = item;
  for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name];
  return typeof value === "string" ? lowerAscii(value) : undefined;
}

/** Undefined for a text beyond ASCII, of which `toLowerCase` changes more than CEL does. */
function lowerAscii(text: string): string | undefined {
  return ASCII.test(text) ? text.toLowerCase() : undefined;
}

// oxlint-disable-next-line no-control-regex -- matches all of ASCII.
const ASCII = /^[\x00-\x7f]*$/;

function localName(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
