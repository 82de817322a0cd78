import { equals, isFieldSet, type DescField, type Message } from "@bufbuild/protobuf";
import type { JsonDialect } from "../json/dialect.js";
import { FieldProblem, inside } from "../errors/field-problem.js";
import { holderOf } from "./field-path.js";
import type { BoundVariable } from "./http-rules.js";
import { getField, setField } from "../descriptors/message-fields.js";
import { decodedSegment, decodedSegments } from "./percent.js";
import type { TextReader } from "../text/scalar-text.js";

/** Sets the fields of the path's variables. */
export type BindPath = (message: Message, segments: readonly string[]) => void;

/** Compiles the binding of a rule's variables. Throws an Error for a field without a text form. */
export function compilePath(variables: readonly BoundVariable[], dialect: JsonDialect): BindPath {
  const setters = variables.map((variable) => compileVariable(variable, dialect));
  return (message, segments) => {
    for (const set of setters) set(message, segments);
  };
}

function compileVariable(variable: BoundVariable, dialect: JsonDialect): BindPath {
  const { field, start, end, multi } = variable;
  const read = dialect.text(field.leaf);
  if (read === undefined)
    throw new Error(`the path variable ${field.name} is for a field that is no single value`);
  const decode = multi ? decodedSegments : decodedSegment;
  return (message, segments) => {
    const raw = end === start + 1 ? (segments[start] ?? "") : segments.slice(start, end).join("/");
    const text = decode(raw);
    try {
      setFromPath(holderOf(message, field), field.leaf, read, text);
    } catch (error) {
      throw inside(field.name, error);
    }
  };
}

/** The body may repeat a value of the path, but not contradict it: a proxy may have authorised the path. */
function setFromPath(holder: Message, leaf: DescField, read: TextReader, text: string): void {
  const value = read(text);
  const given = isFieldSet(holder, leaf) ? getField(holder, leaf) : undefined;
  setField(holder, leaf, value);
  if (given !== undefined && !same(holder, leaf, given)) {
    throw new FieldProblem("is not the same in the path and in the request body", "parameter_conflict");
  }
}

/** Compares as messages, since bytes and timestamps are not equal by identity. */
function same(holder: Message, leaf: DescField, given: unknown): boolean {
  const other = { ...holder };
  setField(other, leaf, given);
  return equals(leaf.parent, holder, other);
}
