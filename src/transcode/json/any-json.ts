import { create, type DescMessage, type Message, type Registry } from "@bufbuild/protobuf";
import { AnySchema, anyPack, anyUnpack, hasCustomJsonRepresentation, type Any } from "@bufbuild/protobuf/wkt";
import { FieldProblem, inside } from "../errors/field-problem.js";
import { isStruct, structMessage } from "./struct-json.js";
import type { ReadJson, WriteJson, JsonRecord } from "./json-text.js";

/**
 * Compiles the reader of google.protobuf.Any: `{"@type": url, ...fields}`, or `{"@type": url, "value": ...}`
 * for a type with special JSON.
 */
export function anyReader(
  registry: Registry | undefined,
  readerOf: (desc: DescMessage) => ReadJson,
): ReadJson {
  return (json, reading) => {
    if (json === null || typeof json !== "object" || Array.isArray(json))
      throw new FieldProblem("must be an object");
    if (Object.keys(json).length === 0) return create(AnySchema);
    const desc = typeOf(json, registry);
    const { "@type": _, ...fields } = json;
    reading.keys++;
    if (!hasCustomJsonRepresentation(desc)) return anyPack(desc, readerOf(desc)(fields, reading) as Message);
    reading.keys++;
    const value = readerOf(desc)(onlyValue(fields), reading);
    return anyPack(desc, isStruct(desc) ? structMessage(value as JsonRecord) : (value as Message));
  };
}

function typeOf(json: JsonRecord, registry: Registry | undefined): DescMessage {
  const url = json["@type"];
  const desc =
    typeof url === "string" ? registry?.getMessage(url.slice(url.lastIndexOf("/") + 1)) : undefined;
  if (desc === undefined) throw inside("@type", new FieldProblem("must name a type that this API knows"));
  return desc;
}

function onlyValue(fields: JsonRecord): JsonRecord[string] {
  const [key, ...more] = Object.keys(fields);
  if (key !== "value" || more.length > 0)
    throw new FieldProblem("must have the keys @type and value, and no others");
  return fields["value"] ?? null;
}

/** Compiles the writer of Any, which throws for a type that is not in the registry. */
export function anyWriter(
  registry: Registry | undefined,
  writerOf: (desc: DescMessage) => WriteJson,
): WriteJson {
  return (value) => {
    const any = value as Any;
    if (any.typeUrl === "") return "{}";
    const message = registry === undefined ? undefined : anyUnpack(any, registry);
    const desc = registry?.getMessage(message?.$typeName ?? "");
    if (message === undefined || desc === undefined)
      throw new TypeError("an Any holds a type that is not registered");
    return anyJson(any.typeUrl, desc, writerOf(desc)(message));
  };
}

/** The JSON of an Any, given the JSON of the message that it holds. */
export function anyJson(typeUrl: string, desc: DescMessage, json: string): string {
  const type = `"@type":${JSON.stringify(typeUrl)}`;
  if (hasCustomJsonRepresentation(desc)) return `{${type},"value":${json}}`;
  return json === "{}" ? `{${type}}` : `{${type},${json.slice(1)}`;
}
