import { type DescField, type DescMessage, type Message } from "@bufbuild/protobuf";
import { type EmptyMessage, emptyMessage } from "./empty-message.js";
import { FieldProblem, inside, quoted } from "./field-problem.js";
import { compileFieldReader, type ReadField } from "./json-field-reader.js";
import type { JsonStyle } from "./json-style.js";
import type { Json } from "./json-text.js";
import { deeper, type ReadJson, type Reading } from "./json-functions.js";
import { wellKnownReader } from "./well-known-json.js";

/** The compiled readers of one dialect: asked for a type twice, it gives the same reader. */
export interface JsonReaders {
  message: (desc: DescMessage) => ReadJson;
  field: (field: DescField) => ReadField;
}

/** Compiles readers as they are asked for; a type's own fields are compiled with it, recursive ones included. */
export function createJsonReaders(style: JsonStyle): JsonReaders {
  const readers = new Map<DescMessage, ReadJson>();
  const all: JsonReaders = {
    message: (desc) => readers.get(desc) ?? compileMessage(desc),
    field: (field) => compileFieldReader(field, style, all.message),
  };
  return all;

  function compileMessage(desc: DescMessage): ReadJson {
    const own = wellKnownReader(desc, style, all.message);
    const entries = new Map<string, Entry>();
    const empty = emptyMessage(desc);
    const reader = counted(own ?? ((json, reading) => readMessage(empty, entries, json, reading)));
    readers.set(desc, reader); // Before its fields: one of them may be of this type.
    if (own === undefined) for (const field of desc.fields) addField(entries, field, all.field(field));
    return reader;
  }
}

/** Each message counts as one level of nesting, whatever its JSON looks like. */
function counted(read: ReadJson): ReadJson {
  return (json, reading) => {
    deeper(reading);
    const message = read(json, reading);
    reading.depth--;
    return message;
  };
}

/** How a key of a JSON object is read. */
interface Entry {
  readonly name: string;
  /** The field's other spelling, which must not stand beside this one. */
  readonly other: string | undefined;
  readonly set: ReadField;
}

function addField(entries: Map<string, Entry>, { name, jsonName }: DescField, set: ReadField): void {
  const twoNames = name !== jsonName;
  entries.set(name, { name, other: twoNames ? jsonName : undefined, set });
  if (twoNames) entries.set(jsonName, { name, other: name, set });
}

function readMessage(
  empty: EmptyMessage,
  entries: Map<string, Entry>,
  json: Json,
  reading: Reading,
): Message {
  if (json === null || typeof json !== "object" || Array.isArray(json))
    throw new FieldProblem("must be an object");
  const message = empty();
  let key = "";
  try {
    for (key in json) {
      reading.keys++;
      const entry = entries.get(key);
      if (entry === undefined) throw unknownKey(key);
      if (entry.other !== undefined && Object.hasOwn(json, entry.other)) throw givenTwice(key, entry.other);
      entry.set(message, json[key] ?? null, reading);
    }
  } catch (error) {
    throw inside(entries.get(key)?.name ?? key, error);
  }
  return message;
}

function unknownKey(key: string): FieldProblem {
  return new FieldProblem(`Unknown parameter: ${quoted(key)}.`, "parameter_unknown");
}

function givenTwice(key: string, other: string): FieldProblem {
  return new FieldProblem(`is given twice, as ${quoted(key)} and as ${quoted(other)}`, "parameter_repeated");
}
