import { channel } from "node:diagnostics_channel";

import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { Edition } from "@bufbuild/protobuf/wkt";

/** The fast path does not handle this message. protobuf-es reads or writes it instead, or throws its own error. */
export class FastPathMiss extends Error {
  override readonly name = "FastPathMiss";
}

/**
 * Where an error of the fast path is published that is no miss: a bug of ours, since no caller's bytes and no
 * message lead to another error. protobuf-es takes over as for a miss, so the call is answered; the
 * start of the service subscribes.
 */
export const FAST_PATH_BUGS = channel("calmony-pay:fast-path-bug");

/** What is published there. */
export interface FastPathBug {
  readonly error: unknown;
  readonly typeName: string;
  readonly direction: "read" | "write";
}

/** Publishes an error of the fast path, unless it is a miss. */
export function publishBug(
  error: unknown,
  { typeName }: DescMessage,
  direction: FastPathBug["direction"],
): void {
  if (error instanceof FastPathMiss) return;
  const bug: FastPathBug = { error, typeName, direction };
  FAST_PATH_BUGS.publish(bug);
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
