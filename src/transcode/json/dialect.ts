import type { DescEnum, DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { type CountMax, uncounted } from "../descriptors/count-limit.js";
import { FieldProblem } from "../errors/field-problem.js";
import { fieldText } from "./field-text.js";
import { takesNull, createJsonReaders } from "./json-reader.js";
import {
  countKeys,
  duplicateKey,
  type Json,
  type JsonRecord,
  parseJson,
  type Reading,
  type ReadJson,
} from "./json-text.js";
import type { EnumNames, JsonStyle } from "./json-style.js";
import { isStruct, structMessage } from "./struct-json.js";
import { createJsonWriters } from "./json-writer.js";
import type { TextReader } from "../text/scalar-text.js";

/** Reads and writes messages of one type as JSON text. */
export interface JsonCodec {
  /** Throws a FieldProblem, and nothing else, for a text that is no such message. */
  readonly read: (text: string) => Message;
  /** As `read`, for JSON that is parsed already and has no duplicate keys. */
  readonly readParsed: (json: Json) => Message;
  /** Throws for a message that cannot be written in this dialect, which is the handler's bug. */
  readonly write: (message: Message) => string;
}

/** Reads and writes one field of a message as JSON text. */
export interface JsonFieldCodec {
  /** Sets the field from its JSON, which is null only where null is a value of its type. */
  readonly read: (message: Message, text: string) => void;
  /** The JSON of the field's value, even if it is unset. */
  readonly write: (message: Message) => string;
}

/** The JSON form of messages. Codecs are compiled once per descriptor, when the transcoder starts. */
export interface JsonDialect {
  /** For `body: "*"`, and for responses. */
  message: (desc: DescMessage) => JsonCodec;
  /** For `body: "field"` and `response_body: "field"`. */
  field: (field: DescField) => JsonFieldCodec;
  /**
   * Reads a path variable or query parameter as a value of the field, or as one element of a list. Undefined
   * for a field without a text form: a message, a map.
   */
  text: (field: DescField) => TextReader | undefined;
  /** Converts a query parameter's name to a dotted field path; dialects may allow other spellings. */
  parameterPath: (name: string) => string;
  /** Largest size of a list or a map. */
  countMax: CountMax;
  /** Whether a body that is the whole request may be a form, too. */
  forms: boolean;
}

/** Creates a dialect that follows the style. Types are compiled at first use. */
export function createJsonDialect(style: JsonStyle): JsonDialect {
  const readers = createJsonReaders(style);
  const writers = createJsonWriters(style);
  return {
    message: messageCodec,
    field: fieldCodec,
    text: (field) => fieldText(field, style),
    parameterPath: style.parameterPath,
    countMax: style.countMax ?? uncounted,
    forms: style.forms ?? false,
  };

  function messageCodec(desc: DescMessage): JsonCodec {
    const read = isStruct(desc) ? structReader(readers.message(desc)) : readers.message(desc);
    return {
      read: (text) => readWhole(text, read) as Message,
      readParsed: (json) => read(json, { depth: 0, keys: 0 }) as Message,
      write: writers.message(desc),
    };
  }

  function fieldCodec(field: DescField): JsonFieldCodec {
    const read = readers.field(field);
    const nullable = takesNull(field);
    return {
      read(message, text) {
        readWhole(text, (json, reading) => {
          if (json === null && !nullable) throw new FieldProblem("must not be null");
          read(message, json, reading);
        });
      },
      write: writers.field(field),
    };
  }
}

function structReader(read: ReadJson): ReadJson {
  return (json, reading) => structMessage(read(json, reading) as JsonRecord);
}

/** Reads a text that must be one JSON document without duplicate keys. */
function readWhole(text: string, read: ReadJson): unknown {
  const keys = countKeys(text);
  const reading: Reading = { depth: 0, keys: 0 };
  const value = read(parseJson(text), reading);
  if (reading.keys !== keys) throw duplicateKey(text);
  return value;
}

/** Enum names of the proto file, as in ProtoJSON. */
export function fullEnumNames(desc: DescEnum): EnumNames {
  const numbers = new Map(desc.values.map((value) => [value.name, value.number]));
  return { number: (name) => numbers.get(name), name: (number) => desc.value[number]?.name };
}

/**
 * Names in lower case without the prefix that repeats the enum's name: `open` for CHECKOUT_STATUS_OPEN of
 * `CheckoutStatus`. Requests may also use the full name.
 *
 * Throws where two values of the enum would get one name.
 */
export function plainEnumNames(desc: DescEnum): EnumNames {
  const prefix = prefixOf(desc);
  const numbers = new Map(desc.values.map((value) => [value.name, value.number]));
  const names = new Map<number, string>();
  for (const { name, number } of desc.values) {
    const plain = name.slice(prefix.length).toLowerCase();
    const known = numbers.get(plain);
    if (known !== undefined && known !== number)
      throw new Error(`${desc.typeName} has two values called ${plain}`);
    numbers.set(plain, number);
    if (!names.has(number)) names.set(number, plain);
  }
  return { number: (name) => numbers.get(name), name: (number) => names.get(number) };
}

/** `CHECKOUT_STATUS_` for `CheckoutStatus`, if all values have more than this prefix; else "". */
function prefixOf(desc: DescEnum): string {
  const prefix = `${desc.name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toUpperCase()}_`;
  return desc.values.every(({ name }) => name.startsWith(prefix) && name.length > prefix.length)
    ? prefix
    : "";
}
