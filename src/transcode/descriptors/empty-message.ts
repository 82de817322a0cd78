import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { memoize } from "../../lib/memoize.js";
import { CodeGenerator } from "../compiled/codegen.js";

/** Creates a message of one type with all fields unset. */
export type EmptyMessage = () => Message;

/**
 * Compiles a factory with one object literal, instead of `create`, which inspects the descriptor for each
 * message.
 *
 * Unset fields are present as undefined, so that all messages of a type have one shape: reading a missing
 * property takes the engine longer than reading all others.
 */
export const emptyMessage = memoize((desc: DescMessage): EmptyMessage => {
  const empty = create(desc);
  // Outside proto3, the defaults are on a prototype.
  if (Object.getPrototypeOf(empty) !== Object.prototype) return () => create(desc);
  const unset = desc.fields.filter(
    ({ oneof, presence }) => oneof === undefined && presence !== FeatureSet_FieldPresence.IMPLICIT,
  );
  const parts = { ...empty, ...Object.fromEntries(unset.map(({ localName }) => [localName, undefined])) };
  const code = new CodeGenerator();
  const members = Object.entries(parts).map(([name, value]) => {
    return `[${JSON.stringify(name)}]: ${valueSource(value, code)}`;
  });
  const own = code.compile(`() => ({ ${members.join(", ")} })`) as EmptyMessage | undefined;
  return own ?? (() => create(desc));
});

/** Immutable defaults are shared by all messages: texts, numbers, and empty bytes. */
function valueSource(value: unknown, code: CodeGenerator): string {
  if (Array.isArray(value)) return "[]";
  if (typeof value !== "object" || value instanceof Uint8Array) return code.name(value);
  return value !== null && "case" in value ? "{ case: undefined }" : "{}";
}
