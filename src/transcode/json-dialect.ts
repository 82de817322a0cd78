import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { JsonCodec, JsonDialect, JsonFieldCodec } from "./dialect.js";
import { FieldProblem } from "./field-problem.js";
import { fieldText } from "./field-text.js";
import { takesNull } from "./json-field-reader.js";
import { createJsonReaders } from "./json-reader.js";
import type { JsonStyle } from "./json-style.js";
import { checkKeys, parseJson, type Json } from "./json-text.js";
import { createJsonWriters } from "./json-writer.js";
import type { Reading } from "./json-functions.js";

/** A dialect that follows the style, compiled type by type as types are asked for. */
export function createJsonDialect(style: JsonStyle): JsonDialect {
  const readers = createJsonReaders(style);
  const writers = createJsonWriters(style);
  return {
    message: messageCodec,
    field: fieldCodec,
    text: (field) => fieldText(field, style),
    parameterPath: style.parameterPath,
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
  const reading: Reading = { depth: 0, keys: 0 };
  const value = read(parseJson(text), reading);
  checkKeys(text, reading.keys);
  return value;
}
