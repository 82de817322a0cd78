import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { Edition } from "@bufbuild/protobuf/wkt";

/** The fast path does not handle this message. protobuf-es reads or writes it instead, or throws its own error. */
export class FastPathMiss extends Error {
  override readonly name = "Unusual";
}

/**
 * Whether the fast path handles a type: protobuf-es represents some of Google's types differently, for
 * instance as a bare number.
 */
export function isUsual({ file, typeName }: DescMessage): boolean {
  return file.edition === Edition.EDITION_PROTO3 && !typeName.startsWith("google.protobuf.");
}

/** Whether a map has text keys and values, the only kind that the fast path handles. */
export function isOfTexts({ mapKey, mapKind, scalar }: DescField & { fieldKind: "map" }): boolean {
  return mapKey === ScalarType.STRING && mapKind === "scalar" && scalar === ScalarType.STRING;
}
