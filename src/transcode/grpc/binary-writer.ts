import { type DescField, type DescMessage, type Message, ScalarType, toBinary } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

import { memoize } from "../../lib/memoize.js";
import { BinaryOutput } from "./binary-output.js";
import { isOfTexts, isUsual, Unusual } from "./usual.js";

/** Writes a message as protobuf's binary format has it, behind so many bytes that are left free. */
export type BinaryWriter = (message: Message, headroom: number) => Buffer;

/**
 * The writer of a type, compiled from its descriptor: the bytes are those of protobuf-es, which looks at descriptors for each
 * message and takes four times as long. What is rare is left to it: types with fields of other kinds than answers have, and
 * messages with unknown fields or with values that do not fit, which it refuses in its own words.
 */
export const binaryWriter = memoize((desc: DescMessage): BinaryWriter => {
  const write = messageWriter(desc, new Map());
  return (message, headroom) => {
    try {
      output.begin(headroom);
      write(message);
      return output.copy();
    } catch {
      return withHeadroom(toBinary(desc, message), headroom); // Which throws for what is wrong.
    }
  };
});

/** One for all: a message is written in one go. */
const output = new BinaryOutput();

type Fields = Readonly<Record<string, unknown>>;
type Write = (message: Fields) => void;

function withHeadroom(bytes: Uint8Array, headroom: number): Buffer {
  return Buffer.concat([Buffer.alloc(headroom), bytes]);
}

function messageWriter(desc: DescMessage, made: Map<DescMessage, Write>): Write {
  const known = made.get(desc);
  if (known !== undefined) return known;
  const fields: Write[] = [];
  const write: Write = (message) => {
    if (message["$unknown"] !== undefined) throw new Unusual();
    for (const field of fields) field(message);
  };
  made.set(desc, write); // Before its fields: one of them may be of this type.
  if (isUsual(desc)) {
    const sorted = desc.fields.toSorted((a, b) => a.number - b.number);
    for (const field of sorted) fields.push(fieldWriter(field, made));
  } else fields.push(refuse);
  return write;
}

function fieldWriter(field: DescField, made: Map<DescMessage, Write>): Write {
  const { localName } = field;
  if (field.oneof !== undefined) {
    const { localName: choice } = field.oneof;
    return (message) => {
      if ((message[choice] as { case?: string }).case === localName) throw new Unusual();
    };
  }
  const [write, isDefault] = valueWriter(field, made) ?? [];
  // A field that is never set costs nothing; one that is set goes the long way.
  if (write === undefined || isDefault === undefined) return (message) => refuseValue(message[localName]);
  const isImplicit = field.presence === FeatureSet_FieldPresence.IMPLICIT;
  return (message) => {
    const value = message[localName];
    if (value === undefined || (isImplicit && isDefault(value))) return;
    write(value);
  };
}

function refuse(): never {
  throw new Unusual();
}

/** Nothing is written for undefined and for an empty list, whatever the kind. */
function refuseValue(value: unknown): void {
  if (value !== undefined && !(Array.isArray(value) && value.length === 0)) throw new Unusual();
}

type ValueWriter = readonly [write: (value: unknown) => void, isDefault: (value: unknown) => boolean];

/** Undefined for kinds that are rare. */
function valueWriter(field: DescField, made: Map<DescMessage, Write>): ValueWriter | undefined {
  const { number } = field;
  if (field.fieldKind === "scalar") return scalarWriter(field.scalar, number);
  if (field.fieldKind === "enum") return [(value) => output.enum(number, value), (value) => value === 0];
  if (field.fieldKind === "map") return isOfTexts(field) ? [writeTexts(number), () => false] : undefined;
  const one =
    field.fieldKind === "list" && field.message === undefined ? textItem(field) : messageItem(field, made);
  if (one === undefined || field.fieldKind === "message") return one && [one, () => false];
  return [(values) => (values as unknown[]).forEach(one), () => false];
}

function scalarWriter(type: ScalarType, number: number): ValueWriter | undefined {
  if (type === ScalarType.STRING) return [(value) => output.text(number, value), (value) => value === ""];
  if (type === ScalarType.BOOL) return [(value) => output.bool(number, value), (value) => value === false];
  if (type === ScalarType.INT64) return [(value) => output.int64(number, value), (value) => value === 0n];
  return undefined;
}

type Item = (value: unknown) => void;

function messageItem(
  field: DescField & { fieldKind: "list" | "message" },
  made: Map<DescMessage, Write>,
): Item | undefined {
  if (field.message === undefined || field.delimitedEncoding || !isUsual(field.message)) return undefined;
  const write = messageWriter(field.message, made);
  return (value) => output.message(field.number, () => write(value as Fields));
}

function textItem({ number, scalar }: DescField & { fieldKind: "list" }): Item | undefined {
  return scalar === ScalarType.STRING ? (value) => output.text(number, value) : undefined;
}

function writeTexts(number: number): Item {
  return (texts) => {
    for (const [key, text] of Object.entries(texts as Record<string, unknown>)) {
      output.message(number, () => {
        output.text(1, key);
        output.text(2, text);
      });
    }
  };
}
