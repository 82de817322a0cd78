import { type DescField, type DescMessage, create, ScalarType, type DescEnum } from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";

import { memoizeRecursive } from "../../lib/memoize.js";
import { emptyMessage } from "../descriptors/empty-message.js";
import { FieldProblem, inside, quoted } from "../errors/field-problem.js";
import { type ReadField, deeper, type ReadJson, type Json, type Reading } from "./json-text.js";
import type { JsonStyle, EnumNames } from "./json-style.js";
import { type JsonEntry, type ReadMembers, compiledReader } from "./compiled-json-reader.js";
import { wellKnownReader } from "./well-known-json.js";
import { checkCount, uncounted } from "../descriptors/count-limit.js";
import { fieldSetter } from "../descriptors/message-fields.js";
import { checkKey, scalarReader } from "./scalar-json.js";
import { int32InRange, scalarText } from "../text/scalar-text.js";

/** The compiled readers of one dialect, one per type. */
interface JsonReaders {
  message: (desc: DescMessage) => ReadJson;
  field: (field: DescField) => ReadField;
}

/** Creates readers, compiled at first use together with those of nested types, recursive ones included. */
export function createJsonReaders(style: JsonStyle): JsonReaders {
  const message = memoizeRecursive<DescMessage, Parameters<ReadJson>, unknown>((desc, of) =>
    counted(wellKnownReader(desc, style, of) ?? objectReader(desc, style, of)),
  );
  return { message, field: (field) => compileFieldReader(field, style, message) };
}

/** Each message counts as one level of nesting, whatever its JSON. */
function counted(read: ReadJson): ReadJson {
  return (json, reading) => {
    deeper(reading);
    const message = read(json, reading);
    reading.depth--;
    return message;
  };
}

function objectReader(
  desc: DescMessage,
  style: JsonStyle,
  readerOf: (desc: DescMessage) => ReadJson,
): ReadJson {
  const entries = new Map(
    desc.fields.flatMap((field) => entriesOf(field, compileFieldReader(field, style, readerOf))),
  );
  const empty = emptyMessage(desc);
  let readMembers: ReadMembers | undefined;
  return (json, reading) => {
    if (json === null || typeof json !== "object" || Array.isArray(json))
      throw new FieldProblem("must be an object");
    // Compiled at the first object, not when the service starts.
    readMembers ??= compiledReader(entries, WRONG_KEYS) ?? memberByMember(entries);
    const message = empty();
    const at = { key: "" };
    try {
      readMembers(json, message, reading, at);
    } catch (error) {
      throw inside(entries.get(at.key)?.name ?? at.key, error);
    }
    return message;
  };
}

/** The one or two keys of a field. */
function entriesOf({ name, jsonName }: DescField, set: ReadField): [key: string, JsonEntry][] {
  if (name === jsonName) return [[name, { name, other: undefined, set }]];
  return [
    [name, { name, other: jsonName, set }],
    [jsonName, { name, other: name, set }],
  ];
}

const WRONG_KEYS = { unknown: unknownKey, twice: givenTwice };

function memberByMember(entries: ReadonlyMap<string, JsonEntry>): ReadMembers {
  return (json, message, reading, at) => {
    for (const key in json) {
      at.key = key;
      reading.keys++;
      const entry = entries.get(key);
      if (entry === undefined) throw unknownKey(key);
      if (entry.other !== undefined && Object.hasOwn(json, entry.other)) throw givenTwice(key, entry.other);
      entry.set(message, json[key] ?? null, reading);
    }
  };
}

function unknownKey(key: string): FieldProblem {
  return new FieldProblem(`Unknown parameter: ${quoted(key)}.`, "parameter_unknown");
}

function givenTwice(key: string, other: string): FieldProblem {
  return new FieldProblem(`is given twice, as ${quoted(key)} and as ${quoted(other)}`, "parameter_repeated");
}

/** Compiles the reader of a field. */
export function compileFieldReader(
  field: DescField,
  style: JsonStyle,
  messageReader: (desc: DescMessage) => ReadJson,
): ReadField {
  const read = elementReader(field, style, messageReader);
  const set = fieldSetter(field);
  const nullable = takesNull(field);
  const max = (style.countMax ?? uncounted)(field);
  if (field.fieldKind === "list") {
    return (message, json, reading) => {
      if (json !== null) set(message, readList(read, nullable, max, json, reading));
    };
  }
  if (field.fieldKind === "map") {
    const key = keyReader(field.mapKey);
    return (message, json, reading) => {
      if (json !== null) set(message, readMap(key, read, nullable, max, json, reading));
    };
  }
  return (message, json, reading) => {
    if (json !== null || nullable) set(message, read(json, reading));
  };
}

/** The reader of a field's value, or of its elements. */
function elementReader(
  field: DescField,
  style: JsonStyle,
  messageReader: (desc: DescMessage) => ReadJson,
): ReadJson {
  if (field.enum !== undefined) return enumReader(field.enum, style);
  if (field.message !== undefined) return messageElement(field, field.message, style, messageReader);
  const read = scalarReader(field.scalar, style);
  if ("longAsString" in field && field.longAsString) return (json) => String(read(json));
  return read;
}

/** protobuf-es keeps a singular wrapper outside a oneof as the bare scalar. */
function messageElement(
  field: DescField,
  desc: DescMessage,
  style: JsonStyle,
  messageReader: (desc: DescMessage) => ReadJson,
): ReadJson {
  if (!isWrapperDesc(desc)) return messageReader(desc);
  const read = scalarReader(desc.fields[0].scalar, style);
  if (field.fieldKind === "message" && field.oneof === undefined) return read;
  return (json) => create(desc, { value: read(json) });
}

/** Whether null is a value of the field: for google.protobuf.Value and NullValue only. */
export function takesNull(field: DescField): boolean {
  return (
    field.message?.typeName === "google.protobuf.Value" ||
    field.enum?.typeName === "google.protobuf.NullValue"
  );
}

function enumReader(desc: DescEnum, style: JsonStyle): ReadJson {
  const names = style.enumNames(desc);
  const isNull = desc.typeName === "google.protobuf.NullValue";
  return (json) => {
    if (typeof json === "string") return enumNumber(names, json);
    if (isNull && json === null) return 0;
    if (!style.enumNumbers || typeof json !== "number") throw new FieldProblem("must be the name of a value");
    return knownNumber(desc, int32InRange(json));
  };
}

/** The number of an enum value's name. Throws a FieldProblem for an unknown name. */
export function enumNumber(names: EnumNames, name: string): number {
  const number = names.number(name);
  if (number === undefined) throw new FieldProblem(`does not have the value ${quoted(name)}`);
  return number;
}

/** An open enum, as every enum of proto3, accepts numbers without a name. */
function knownNumber(desc: DescEnum, number: number): number {
  if (!desc.open && desc.value[number] === undefined)
    throw new FieldProblem(`does not have the value ${number}`);
  return number;
}

function readList(read: ReadJson, nullable: boolean, max: number, json: Json, reading: Reading): unknown[] {
  if (!Array.isArray(json)) throw new FieldProblem("must be a list");
  checkCount(json.length, max);
  let index = 0;
  try {
    const items: unknown[] = [];
    for (; index < json.length; index++) items.push(read(present(json[index] ?? null, nullable), reading));
    return items;
  } catch (error) {
    throw inside(`[${index}]`, error);
  }
}

type ReadKey = (key: string) => string | number;

function readMap(
  readKey: ReadKey,
  read: ReadJson,
  nullable: boolean,
  max: number,
  json: Json,
  reading: Reading,
): object {
  if (json === null || typeof json !== "object" || Array.isArray(json))
    throw new FieldProblem("must be an object");
  const map: Record<string | number, unknown> = {};
  let key = "";
  let count = 0;
  try {
    for (key in json) {
      if (++count > max) break;
      reading.keys++;
      const name = readKey(key);
      if (Object.hasOwn(map, name))
        throw new FieldProblem("is a key that is given twice", "parameter_repeated");
      map[name] = read(present(json[key] ?? null, nullable), reading);
    }
  } catch (error) {
    throw inside(`[${quoted(key).slice(1, -1)}]`, error);
  }
  checkCount(count, max);
  return map;
}

function present(json: Json, nullable: boolean): Json {
  if (json === null && !nullable) throw new FieldProblem("must not be null");
  return json;
}

/** Map keys of any type are strings in JSON, and property names in the message. */
function keyReader(type: ScalarType): ReadKey {
  const text = scalarText(type);
  if (type === ScalarType.STRING) {
    return (key) => {
      checkKey(key);
      return key;
    };
  }
  return (key) => String(text(key));
}
