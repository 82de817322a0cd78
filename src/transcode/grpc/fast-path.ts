import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { Edition } from "@bufbuild/protobuf/wkt";

/** Not as most messages have it, and left to protobuf-es: it reads or writes it, or refuses it in its own words. */
export class FastPathMiss extends Error {
  override readonly name = "Unusual";
}

/**
 * Whether the messages of a type may be usual: those of Google stand for something else in JavaScript, such
 * as a bare number.
 */
export function isUsual({ file, typeName }: DescMessage): boolean {
  return file.edition === Edition.EDITION_PROTO3 && !typeName.startsWith("google.protobuf.");
}

/** The one kind of map that is usual. */
export function isOfTexts({ mapKey, mapKind, scalar }: DescField & { fieldKind: "map" }): boolean {
  return mapKey === ScalarType.STRING && mapKind === "scalar" && scalar === ScalarType.STRING;
}
