import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { memoize } from "../lib/memoize.js";

/** Makes a new message of one type, with nothing set. */
export type EmptyMessage = () => Message;

/**
 * Compiles what `create` works out anew for each message: which parts are shared by all, and which are one's own.
 *
 * What is not set is there as undefined. So all messages of a type have one shape from the start, and whoever looks at a part
 * finds it: to look for one that is not there takes the engine longer than to read all the others.
 */
export const emptyMessage = memoize((desc: DescMessage): EmptyMessage => {
  const empty = create(desc);
  // Outside of proto3 the defaults are on a prototype.
  if (Object.getPrototypeOf(empty) !== Object.prototype) return () => create(desc);
  const unset = desc.fields.filter(
    ({ oneof, presence }) => oneof === undefined && presence !== FeatureSet_FieldPresence.IMPLICIT,
  );
  const pattern = { ...empty, ...Object.fromEntries(unset.map(({ localName }) => [localName, undefined])) };
  const lists = namesOf(desc, "list");
  const maps = namesOf(desc, "map");
  const choices = desc.oneofs.map(({ localName }) => localName);
  return () => {
    const message: Message & Record<string, unknown> = { ...pattern };
    for (const name of lists) message[name] = [];
    for (const name of maps) message[name] = {};
    for (const name of choices) message[name] = { case: undefined };
    return message;
  };
});

function namesOf(desc: DescMessage, kind: "list" | "map"): readonly string[] {
  return desc.fields.filter(({ fieldKind }) => fieldKind === kind).map(({ localName }) => localName);
}
