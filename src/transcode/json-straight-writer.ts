import type { DescField } from "@bufbuild/protobuf";
import type { WriteJson } from "./json-functions.js";
import { isOwnProperty } from "./message-fields.js";

/** How a field of a message is written as a member of a JSON object. */
export interface JsonMember {
  readonly field: DescField;
  /** The name with its quotes and colon. */
  readonly key: string;
  /** Writes a value that is there. */
  readonly write: WriteJson;
  /** What becomes of a field that is unset, or of one without presence that has its default. */
  readonly otherwise: "write" | "null" | "leave out";
  /** The field of the object that stands in this one's place where it is set. */
  readonly expanded: { readonly field: DescField; readonly write: WriteJson } | undefined;
}

/**
 * Writes objects whose members are all always there, by one expression that is made from the descriptor. V8 then has code of its
 * own for each type, which takes half the time of functions that all types share.
 *
 * Undefined for other types, and where the process runs no code made from text (`--disallow-code-generation-from-strings`). Only
 * names of the proto files get into the code, and these in quotes.
 */
export function straightWriter(members: readonly JsonMember[]): WriteJson | undefined {
  if (members.length === 0 || !members.every(isStraight)) return undefined;
  const writers: WriteJson[] = [];
  const call = (write: WriteJson, value: string): string => `w${writers.push(write) - 1}(${value})`;
  const parts = members.map((member, index) => {
    const key = `${index === 0 ? "{" : ","}${member.key}`;
    return `${JSON.stringify(key)} + ${valueSource(member, call)}`;
  });
  const body = `return (m) => ${parts.join(" + ")} + "}"`;
  try {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- see above.
    const compile = new Function(...writers.map((_, index) => `w${index}`), body);
    return compile(...writers) as WriteJson;
  } catch {
    return undefined; // The one error that is possible is the process's own prohibition.
  }
}

function isStraight({ field, otherwise, expanded }: JsonMember): boolean {
  if (otherwise === "leave out" || !isOwnProperty(field)) return false;
  return expanded === undefined || isOwnProperty(expanded.field);
}

type CallSource = (write: WriteJson, value: string) => string;

function valueSource({ field, write, otherwise, expanded }: JsonMember, call: CallSource): string {
  const value = propertySource(field);
  const own = call(write, value);
  const plain = otherwise === "write" ? own : `(${value} === undefined ? "null" : ${own})`;
  if (expanded === undefined) return plain;
  const object = propertySource(expanded.field);
  return `(${object} === undefined ? ${plain} : ${call(expanded.write, object)})`;
}

function propertySource({ localName }: DescField): string {
  return `m[${JSON.stringify(localName)}]`;
}
