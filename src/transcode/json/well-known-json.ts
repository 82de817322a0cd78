import { create, type DescMessage } from "@bufbuild/protobuf";
import {
  isWrapperDesc,
  type Duration,
  type FieldMask,
  type ListValue,
  type Timestamp,
  type Value,
  type WktWrapperDesc,
} from "@bufbuild/protobuf/wkt";
import { anyReader, anyWriter } from "./any-json.js";
import type { ReadJson, WriteJson } from "./json-text.js";
import type { JsonStyle } from "./json-style.js";
import { scalarReader, scalarWriter, stringOf } from "./scalar-json.js";
import { jsonOfValue, readListValue, readStruct, readValue, structJson } from "./struct-json.js";
import {
  durationOf,
  durationText,
  fieldMaskOf,
  fieldMaskText,
  timestampOf,
  timestampText,
} from "../text/well-known-text.js";

/** The reader of a type with special JSON in ProtoJSON; undefined for an ordinary message. */
export function wellKnownReader(
  desc: DescMessage,
  style: JsonStyle,
  messageReader: (desc: DescMessage) => ReadJson,
): ReadJson | undefined {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return (json) => timestampOf(stringOf(json));
    case "google.protobuf.Duration":
      return (json) => durationOf(stringOf(json));
    case "google.protobuf.FieldMask":
      return (json) => fieldMaskOf(stringOf(json), style.fieldMask === "proto");
    case "google.protobuf.Struct":
      return readStruct;
    case "google.protobuf.Value":
      return readValue;
    case "google.protobuf.ListValue":
      return readListValue;
    case "google.protobuf.Any":
      return anyReader(style.registry, messageReader);
    default:
      return isWrapperDesc(desc) ? wrapperReader(desc, style) : undefined;
  }
}

function wrapperReader(desc: WktWrapperDesc, style: JsonStyle): ReadJson {
  const read = scalarReader(desc.fields[0].scalar, style);
  return (json) => create(desc as DescMessage, { value: read(json) });
}

/** The writer of a type with special JSON in ProtoJSON; undefined for an ordinary message. */
export function wellKnownWriter(
  desc: DescMessage,
  style: JsonStyle,
  messageWriter: (desc: DescMessage) => WriteJson,
): WriteJson | undefined {
  switch (desc.typeName) {
    case "google.protobuf.Timestamp":
      return (value) => JSON.stringify(timestampText(value as Timestamp));
    case "google.protobuf.Duration":
      return (value) => JSON.stringify(durationText(value as Duration));
    case "google.protobuf.FieldMask":
      return fieldMaskWriter(style);
    case "google.protobuf.Struct":
      return structJson;
    case "google.protobuf.Value":
      return (value) => JSON.stringify(jsonOfValue(value as Value));
    case "google.protobuf.ListValue":
      return (value) => JSON.stringify((value as ListValue).values.map(jsonOfValue));
    case "google.protobuf.Any":
      return anyWriter(style.registry, messageWriter);
    default:
      return isWrapperDesc(desc) ? wrapperWriter(desc, style) : undefined;
  }
}

function fieldMaskWriter(style: JsonStyle): WriteJson {
  if (style.fieldMask === "proto") return (value) => JSON.stringify((value as FieldMask).paths.join(","));
  return (value) => JSON.stringify(fieldMaskText(value as FieldMask));
}

function wrapperWriter(desc: WktWrapperDesc, style: JsonStyle): WriteJson {
  const write = scalarWriter(desc.fields[0].scalar, style);
  return (value) => write((value as { value: unknown }).value);
}
