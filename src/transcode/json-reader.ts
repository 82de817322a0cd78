import { type DescField, type DescMessage } from "@bufbuild/protobuf";
import { type EmptyMessage, emptyMessage } from "./empty-message.js";
import { FieldProblem, inside, quoted } from "./field-problem.js";
import { compileFieldReader, type ReadField } from "./json-field-reader.js";
import type { JsonStyle } from "./json-style.js";
import { type JsonEntry, type ReadMembers, straightReader } from "./json-straight-reader.js";
import { deeper, type ReadJson } from "./json-functions.js";
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
    const entries = new Map<string, JsonEntry>();
    const reader = counted(own ?? objectReader(emptyMessage(desc), entries));
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

function addField(entries: Map<string, JsonEntry>, { name, jsonName }: DescField, set: ReadField): void {
  const twoNames = name !== jsonName;
  entries.set(name, { name, other: twoNames ? jsonName : undefined, set });
  if (twoNames) entries.set(jsonName, { name, other: name, set });
}

/** Reads an object, whose keys are looked up only when the first one comes: until then not all are known. */
function objectReader(empty: EmptyMessage, entries: ReadonlyMap<string, JsonEntry>): ReadJson {
  let readMembers: ReadMembers | undefined;
  return (json, reading) => {
    if (json === null || typeof json !== "object" || Array.isArray(json))
      throw new FieldProblem("must be an object");
    readMembers ??= straightReader(entries, WRONG_KEYS) ?? memberByMember(entries);
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

const WRONG_KEYS = { unknown: unknownKey, twice: givenTwice };
