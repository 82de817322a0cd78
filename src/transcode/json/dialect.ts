import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { type CountMax, uncounted } from "../descriptors/count-limit.js";
import { FieldProblem } from "../errors/field-problem.js";
import { fieldText } from "./field-text.js";
import { takesNull } from "./json-field-reader.js";
import type { Reading } from "./json-functions.js";
import { createJsonReaders } from "./json-reader.js";
import type { JsonStyle } from "./json-style.js";
import { countKeys, duplicateKey, parseJson, type Json } from "./json-text.js";
import { createJsonWriters } from "./json-writer.js";
import type { TextReader } from "../text/scalar-text.js";

/** Reads and writes messages of one type as JSON text. */
export interface JsonCodec {
  /** Throws a FieldProblem, and nothing else, for a text that is not such a message. */
  readonly read: (text: string) => Message;
  /** Throws for a message that this dialect has no JSON for: a bug of whoever made the message. */
  readonly write: (message: Message) => string;
}

/** Reads and writes one field of a message as a JSON text of its own. */
export interface JsonFieldCodec {
  /** Sets the field from its JSON, which is not null unless null is one of its values. */
  readonly read: (message: Message, text: string) => void;
  /** The JSON of the field's value, also where it is unset. */
  readonly write: (message: Message) => string;
}

/**
 * How messages look as JSON. Whatever it needs to know of a type is worked out once, when the transcoder starts: the
 * same descriptor gives the same codec.
 */
export interface JsonDialect {
  /** For `body: "*"`, and for answers. */
  message: (desc: DescMessage) => JsonCodec;
  /** For `body: "field"` and `response_body: "field"`. */
  field: (field: DescField) => JsonFieldCodec;
  /**
   * Reads a path variable or query parameter as a value of the field (an element of it, where it is a list); undefined
   * for a field that has no text of its own: a message, a map.
   */
  text: (field: DescField) => TextReader | undefined;
  /** A query parameter's name as a dotted field path; dialects may allow other spellings of it. */
  parameterPath: (name: string) => string;
  /** How many elements of a list are read. */
  countMax: CountMax;
}

/** A dialect that follows the style, compiled type by type as types are asked for. */
export function createJsonDialect(style: JsonStyle): JsonDialect {
  const readers = createJsonReaders(style);
  const writers = createJsonWriters(style);
  return {
    message: messageCodec,
    field: fieldCodec,
    text: (field) => fieldText(field, style),
    parameterPath: style.parameterPath,
    countMax: style.countMax ?? uncounted,
  };

  function messageCodec(desc: DescMessage): JsonCodec {
    const read = readers.message(desc);
    return { read: (text) => readWhole(text, read) as Message, write: writers.message(desc) };
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

/** Reads a text to its end: one document, and every key of it met once. */
function readWhole(text: string, read: (json: Json, reading: Reading) => unknown): unknown {
  const keys = countKeys(text);
  const reading: Reading = { depth: 0, keys: 0 };
  const value = read(parseJson(text), reading);
  if (reading.keys !== keys) throw duplicateKey(text);
  return value;
}
