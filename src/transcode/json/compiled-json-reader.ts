import type { Message } from "@bufbuild/protobuf";
import type { ReadField, Reading, JsonRecord } from "./json-text.js";
import { CodeGenerator } from "../compiled/codegen.js";

/** How a key of a JSON object is read. */
export interface JsonEntry {
  /** The field's name in the proto file. */
  readonly name: string;
  /** The field's other spelling, which must not occur together with this one. */
  readonly other: string | undefined;
  readonly set: ReadField;
}

/** The handlers of keys that may not occur. */
export interface WrongKeys {
  readonly unknown: (key: string) => Error;
  readonly twice: (key: string, other: string) => Error;
}

/** Reads the members of an object, and notes the current key in `at`, for errors. */
export type ReadMembers = (json: JsonRecord, message: Message, reading: Reading, at: { key: string }) => void;

/**
 * Compiles a reader of objects of one type, which takes half the time of a lookup per key.
 *
 * Undefined where the process forbids generated code.
 */
export function compiledReader(
  entries: ReadonlyMap<string, JsonEntry>,
  wrong: WrongKeys,
): ReadMembers | undefined {
  const code = new CodeGenerator();
  const [unknown, twice, hasOwn] = [wrong.unknown, wrong.twice, Object.hasOwn].map((each) => code.name(each));
  const cases = [...entries].map(([key, { other, set }]) => {
    const both = `${hasOwn}(json, ${JSON.stringify(other)})`;
    const check = other === undefined ? "" : `if (${both}) throw ${twice}(key, ${JSON.stringify(other)});`;
    return `case ${JSON.stringify(key)}: ${check} ${code.name(set)}(m, json[key], reading); break;`;
  });
  const member = `switch (key) { ${cases.join(" ")} default: throw ${unknown}(key); }`;
  const source = `(json, m, reading, at) => { for (const key in json) { at.key = key; reading.keys++; ${member} } }`;
  return code.compile(source) as ReadMembers | undefined;
}
