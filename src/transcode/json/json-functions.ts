import { FieldProblem } from "../errors/field-problem.js";
import type { Json } from "./json-text.js";

/**
 * Converts a JSON value to protobuf-es's representation. The value is null only where null is a value of the
 * type.
 */
export type ReadJson = (json: Json, reading: Reading) => unknown;

/** Writes a value in protobuf-es's representation as JSON text. */
export type WriteJson = (value: unknown) => string;

/** State of reading one JSON text. */
export interface Reading {
  /** Current depth of nesting. */
  depth: number;
  /** Object keys read so far: see `countKeys`. */
  keys: number;
}

/** The usual default of protobuf implementations, some of which overflow their stack on deeper messages. */
export const DEPTH_MAX = 100;

/** Counts one level of nesting. Throws a FieldProblem above 100. */
export function deeper(reading: Reading): void {
  if (++reading.depth > DEPTH_MAX) throw new FieldProblem(`must not be nested more than ${DEPTH_MAX} deep`);
}
