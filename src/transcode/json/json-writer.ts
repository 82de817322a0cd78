import {
  isFieldSet,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence, isWrapperDesc } from "@bufbuild/protobuf/wkt";
import { expandedFields } from "./expanded-fields.js";
import { takesNull } from "./json-reader.js";
import type { WriteJson } from "./json-text.js";
import { type JsonMember, compiledWriter } from "./compiled-json-writer.js";
import type { JsonStyle } from "./json-style.js";
import { memoizeRecursive } from "../../lib/memoize.js";
import { fieldGetter } from "../descriptors/message-fields.js";
import { scalarWriter } from "./scalar-json.js";
import { wellKnownWriter } from "./well-known-json.js";

/** The compiled writers of one dialect, one per type. */
export interface JsonWriters {
  message: (desc: DescMessage) => WriteJson;
  /** Writes one field's value as JSON text, even if it is unset. */
  field: (field: DescField) => (message: Message) => string;
}

/** Creates writers, compiled at first use together with those of nested types. */
export function createJsonWriters(style: JsonStyle): JsonWriters {
  const message = memoizeRecursive<DescMessage, [value: unknown], string>((desc, of) => {
    const own = wellKnownWriter(desc, style, of);
    if (own !== undefined) return own;
    const members = membersOf(desc, style, of);
    return compiledWriter(members) ?? memberByMember(members);
  });
  return { message, field: (field) => aloneWriter(field, compileFieldWriter(field, style, message)) };
}

type WriterOf = (desc: DescMessage) => WriteJson;

function membersOf(desc: DescMessage, style: JsonStyle, writerOf: WriterOf): readonly JsonMember[] {
  const expanded = expandedFields(desc, style);
  const keyed = desc.fields.filter((field) => ![...expanded.values()].includes(field));
  return keyed.map((field) => {
    const object = expanded.get(field.name);
    const write = compileFieldWriter(field, style, writerOf);
    return {
      field,
      key: `${JSON.stringify(style.fieldName(field))}:`,
      write,
      otherwise: otherwiseOf(field, style),
      expanded: object && { field: object, write: compileFieldWriter(object, style, writerOf) },
    };
  });
}

function otherwiseOf(field: DescField, style: JsonStyle): JsonMember["otherwise"] {
  // The others share the key of the one that is set.
  if (style.alternatives !== "" && field.oneof?.name === style.alternatives) return "leave out";
  if (field.presence === FeatureSet_FieldPresence.IMPLICIT) {
    return style.defaults === "write" ? "write" : "leave out";
  }
  if (style.leftOut?.has(field.name) === true) return "leave out";
  // For google.protobuf.Value, null is a value: an unset one is omitted.
  return style.unset === "null" && !takesNull(field) ? "null" : "leave out";
}

/** Writes types of which members may be omitted. */
function memberByMember(members: readonly JsonMember[]): WriteJson {
  const fields = members.map(memberWriter);
  return (message) => {
    let json = "";
    for (const write of fields) {
      const member = write(message as Message);
      if (member !== undefined) json += json === "" ? member : `,${member}`;
    }
    return `{${json}}`;
  };
}

/** The JSON of one field, or undefined where it is omitted. */
type WriteField = (message: Message) => string | undefined;

function memberWriter({ expanded, ...member }: JsonMember): WriteField {
  const write = plainMemberWriter(member);
  if (expanded === undefined) return write;
  const valueOf = fieldGetter(expanded.field);
  return (message) => {
    const value = valueOf(message);
    return value === undefined ? write(message) : member.key + expanded.write(value);
  };
}

function plainMemberWriter({ field, key, write, otherwise }: Omit<JsonMember, "expanded">): WriteField {
  const valueOf = fieldGetter(field);
  if (field.presence === FeatureSet_FieldPresence.IMPLICIT) {
    if (otherwise === "write") return (message) => key + write(valueOf(message));
    return (message) => (isFieldSet(message, field) ? key + write(valueOf(message)) : undefined);
  }
  const unset = otherwise === "null" ? `${key}null` : undefined;
  return (message) => {
    const value = valueOf(message);
    return value === undefined ? unset : key + write(value);
  };
}

function aloneWriter(field: DescField, write: WriteJson): (message: Message) => string {
  const valueOf = fieldGetter(field);
  return (message) => {
    const value = valueOf(message);
    return value === undefined ? "null" : write(value);
  };
}

function compileFieldWriter(field: DescField, style: JsonStyle, writerOf: WriterOf): WriteJson {
  const write = elementWriter(field, style, writerOf);
  if (field.fieldKind === "list") return (list) => listJson(list as readonly unknown[], write);
  if (field.fieldKind === "map") return (map) => mapJson(map as Record<string, unknown>, write);
  return write;
}

function elementWriter(field: DescField, style: JsonStyle, writerOf: WriterOf): WriteJson {
  if (field.enum !== undefined) return enumWriter(field.enum, style);
  if (field.message === undefined) return scalarWriter(field.scalar, style);
  const bare = isWrapperDesc(field.message) && field.fieldKind === "message" && field.oneof === undefined;
  if (!bare) return writerOf(field.message);
  return scalarWriter(field.message.fields[0].scalar, style);
}

function enumWriter(desc: DescEnum, style: JsonStyle): WriteJson {
  if (desc.typeName === "google.protobuf.NullValue") return () => "null";
  const names = style.enumNames(desc);
  return (value) => {
    const name = names.name(value as number);
    return name === undefined ? String(value) : `"${name}"`;
  };
}

function listJson(list: readonly unknown[], write: WriteJson): string {
  let json = "";
  for (const item of list) json += json === "" ? write(item) : `,${write(item)}`;
  return `[${json}]`;
}

function mapJson(map: Record<string, unknown>, write: WriteJson): string {
  let json = "";
  for (const key in map) {
    if (!Object.hasOwn(map, key)) continue;
    json += `${json === "" ? "" : ","}${JSON.stringify(key)}:${write(map[key])}`;
  }
  return `{${json}}`;
}
