import {
  create,
  ScalarType,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
} from "@bufbuild/protobuf";
import { isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { checkCount, uncounted } from "../descriptors/count-limit.js";
import { FieldProblem, inside, quoted } from "../errors/field-problem.js";
import type { EnumNames, JsonStyle } from "./json-style.js";
import type { Json } from "./json-text.js";
import { fieldSetter } from "../descriptors/message-fields.js";
import type { ReadJson, Reading } from "./json-functions.js";
import { scalarReader } from "./scalar-json.js";
import { int32InRange, scalarText } from "../text/scalar-text.js";
import { checkKey } from "./struct-json.js";

/** Reads a JSON value into a field. `null` leaves the field unset. */
export type ReadField = (message: Message, json: Json, reading: Reading) => void;

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
