import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { memoize } from "../../lib/memoize.js";
import { CodeGenerator } from "../compiled/codegen.js";

/** Makes a new message of one type, with nothing set. */
export type EmptyMessage = () => Message;

/**
 * Compiles what `create` works out anew for each message to one literal.
 *
 * What is not set is there as undefined. So all messages of a type have one shape from the start, and whoever
 * looks at a part finds it: to look for one that is not there takes the engine longer than to read all the
 * others.
 */
export const emptyMessage = memoize((desc: DescMessage): EmptyMessage => {
  const empty = create(desc);
  // Outside of proto3 the defaults are on a prototype.
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

/** What nobody can change is shared by all messages: texts, numbers, and bytes of which there are none. */
function valueSource(value: unknown, code: CodeGenerator): string {
  if (Array.isArray(value)) return "[]";
  if (typeof value !== "object" || value instanceof Uint8Array) return code.name(value);
  return value !== null && "case" in value ? "{ case: undefined }" : "{}";
}
