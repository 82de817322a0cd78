import { FieldProblem } from "../errors/field-problem.js";
import type { Json } from "./json-text.js";

/** Reads a JSON value, not null unless null is a value of the type, as what protobuf-es keeps. */
export type ReadJson = (json: Json, reading: Reading) => unknown;

/** Writes what protobuf-es keeps as JSON text. */
export type WriteJson = (value: unknown) => string;

/** What is kept while one JSON text is read. */
export interface Reading {
  /** How many values deep. */
  depth: number;
  /** How many object keys were met so far: see `countKeys`. */
  keys: number;
}

/** As protobuf implementations do by default: deeper messages overflow the stack of one or another of them. */
export const DEPTH_MAX = 100;

/** Goes one value deeper. */
export function deeper(reading: Reading): void {
  if (++reading.depth > DEPTH_MAX) throw new FieldProblem(`must not be nested more than ${DEPTH_MAX} deep`);
}
