import { create, type DescMessage, type JsonObject, type Message } from "@bufbuild/protobuf";
import {
  ListValueSchema,
  NullValue,
  StructSchema,
  ValueSchema,
  type ListValue,
  type Struct,
  type Value,
} from "@bufbuild/protobuf/wkt";
import { FieldProblem, inside } from "../errors/field-problem.js";
import { type Json, type JsonRecord, deeper, type Reading } from "./json-text.js";
import { checkKey, stringOf } from "./scalar-json.js";
import { finiteDouble } from "../text/scalar-text.js";

/** Reads a google.protobuf.Struct, which protobuf-es keeps in a field as a plain object. */
export function readStruct(json: Json, reading: Reading): JsonObject {
  if (json === null || typeof json !== "object" || Array.isArray(json))
    throw new FieldProblem("must be an object");
  checkRecord(json, reading);
  return json;
}

/** Whether a reader of the type returns a plain object, which `structMessage` makes a message of. */
export function isStruct({ typeName }: DescMessage): boolean {
  return typeName === StructSchema.typeName;
}

/** Reads a google.protobuf.Value. */
export function readValue(json: Json, reading: Reading): Message {
  checkJson(json, reading);
  return valueOf(json);
}

/** Reads a google.protobuf.ListValue. */
export function readListValue(json: Json, reading: Reading): Message {
  if (!Array.isArray(json)) throw new FieldProblem("must be a list");
  checkItems(json, reading);
  return listValueOf(json);
}

/** Checks that Value can hold this JSON: finite numbers, well-formed texts, limited nesting. */
function checkJson(json: Json, reading: Reading): void {
  deeper(reading);
  if (typeof json === "string") stringOf(json);
  else if (typeof json === "number") finiteDouble(json);
  else if (Array.isArray(json)) checkItems(json, reading);
  else if (typeof json === "object" && json !== null) checkRecord(json, reading);
  reading.depth--;
}

function checkItems(items: Json[], reading: Reading): void {
  items.forEach((item, index) => checkInside(`[${index}]`, item, reading));
}

function checkRecord(record: JsonRecord, reading: Reading): void {
  for (const [key, value] of Object.entries(record)) {
    reading.keys++;
    checkKey(key);
    checkInside(key, value, reading);
  }
}

function checkInside(step: string, json: Json, reading: Reading): void {
  try {
    checkJson(json, reading);
  } catch (error) {
    throw inside(step, error);
  }
}

function valueOf(json: Json): Value {
  return create(ValueSchema, { kind: kindOf(json) });
}

function kindOf(json: Json): Value["kind"] {
  if (json === null) return { case: "nullValue", value: NullValue.NULL_VALUE };
  if (typeof json === "number") return { case: "numberValue", value: json };
  if (typeof json === "string") return { case: "stringValue", value: json };
  if (typeof json === "boolean") return { case: "boolValue", value: json };
  if (Array.isArray(json)) return { case: "listValue", value: listValueOf(json) };
  return { case: "structValue", value: structMessage(json) };
}

/** A Struct that is the value of no field, as the whole of a request or in an Any. */
export function structMessage(record: JsonRecord): Struct {
  return create(StructSchema, { fields: valuesOf(record) });
}

function valuesOf(record: JsonRecord): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, valueOf(value)]));
}

function listValueOf(json: Json[]): ListValue {
  return create(ListValueSchema, { values: json.map(valueOf) });
}

/** Writes a Struct: a field's plain object, or a message. */
export function structJson(struct: unknown): string {
  const fields = isStructMessage(struct) ? valuesToJson(struct.fields) : struct;
  return JSON.stringify(fields);
}

function isStructMessage(struct: unknown): struct is Struct {
  return (struct as Partial<Struct>).$typeName === "google.protobuf.Struct";
}

function valuesToJson(fields: Record<string, Value>): JsonRecord {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, jsonOfValue(value)]));
}

/** The JSON value of a Value. Throws for one without a kind, which has no JSON. */
export function jsonOfValue({ kind }: Value): Json {
  if (kind.case === undefined) throw new RangeError("a Value holds nothing");
  if (kind.case === "nullValue") return null;
  if (kind.case === "structValue") return valuesToJson(kind.value.fields);
  if (kind.case === "listValue") return kind.value.values.map(jsonOfValue);
  if (kind.case === "numberValue" && !Number.isFinite(kind.value)) {
    throw new RangeError("a Value holds a number that JSON cannot hold");
  }
  return kind.value;
}
