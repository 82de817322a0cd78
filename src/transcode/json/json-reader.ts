import { type DescField, type DescMessage } from "@bufbuild/protobuf";
import { emptyMessage } from "../descriptors/empty-message.js";
import { FieldProblem, inside, quoted } from "../errors/field-problem.js";
import { compileFieldReader, type ReadField } from "./json-field-reader.js";
import type { JsonStyle } from "./json-style.js";
import { type JsonEntry, type ReadMembers, compiledReader } from "./compiled-json-reader.js";
import { deeper, type ReadJson } from "./json-functions.js";
import { memoizeRecursive } from "../descriptors/memoize-recursive.js";
import { wellKnownReader } from "./well-known-json.js";

/** The compiled readers of one dialect, one per type. */
export interface JsonReaders {
  message: (desc: DescMessage) => ReadJson;
  field: (field: DescField) => ReadField;
}

/** Creates readers, compiled at first use together with those of nested types, recursive ones included. */
export function createJsonReaders(style: JsonStyle): JsonReaders {
  const message = memoizeRecursive<Parameters<ReadJson>, unknown>((desc, of) =>
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
