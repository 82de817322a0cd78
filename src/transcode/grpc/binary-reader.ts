import { type DescField, type DescMessage, fromBinary, type Message, ScalarType } from "@bufbuild/protobuf";

import { memoize } from "../../lib/memoize.js";
import { emptyMessage } from "../empty-message.js";
import { BinaryInput } from "./binary-input.js";
import { isOfTexts, isUsual, Unusual } from "./usual.js";

/** Reads a message from protobuf's binary format. Throws what protobuf-es throws. */
export type BinaryReader = (bytes: Buffer) => Message;

/**
 * The reader of a type, compiled from its descriptor: the message is the one that protobuf-es reads, which looks at descriptors
 * for each field and takes four times as long. What is rare is left to it: fields of other kinds than requests have, fields that
 * nobody knows, and whatever is wrong.
 */
export const binaryReader = memoize((desc: DescMessage): BinaryReader => {
  const read = messageReader(desc, new Map());
  return (bytes) => {
    try {
      return read(new BinaryInput(bytes));
    } catch {
      return fromBinary(desc, bytes); // Which throws for what is wrong.
    }
  };
});

type Fields = Message & Record<string, unknown>;
type ReadMessage = (input: BinaryInput) => Message;
/** Reads one occurrence of a field into the message. */
type ReadField = (input: BinaryInput, message: Fields) => void;

function messageReader(desc: DescMessage, made: Map<DescMessage, ReadMessage>): ReadMessage {
  const known = made.get(desc);
  if (known !== undefined) return known;
  const empty = emptyMessage(desc);
  const fields: (ReadField | undefined)[] = [];
  const read: ReadMessage = (input) => {
    const message = empty() as Fields;
    while (input.more) {
      const field = fields[input.varint()];
      if (field === undefined) throw new Unusual();
      field(input, message);
    }
    return message;
  };
  made.set(desc, read); // Before its fields: one of them may be of this type.
  if (isUsual(desc)) for (const field of desc.fields) addField(fields, field, made);
  return read;
}

/** By its whole tag: a field that comes in another shape than its type has is rare, too. */
function addField(
  fields: (ReadField | undefined)[],
  field: DescField,
  made: Map<DescMessage, ReadMessage>,
): void {
  const [wireType, read] = fieldReader(field, made) ?? [];
  const tag = field.number * 8 + (wireType ?? 0);
  if (read !== undefined && tag < TAG_END) fields[tag] = read;
}

/** The numbers that people give to fields; a list of all numbers would be long. */
const TAG_END = 2048;

const VARINT = 0;
const LENGTH_DELIMITED = 2;

type FieldReader = readonly [wireType: number, read: ReadField];

/** Undefined for kinds that are rare. */
function fieldReader(field: DescField, made: Map<DescMessage, ReadMessage>): FieldReader | undefined {
  const { localName: name } = field;
  if (field.oneof !== undefined) return undefined;
  if (field.fieldKind === "scalar") return field.longAsString ? undefined : scalarReader(field.scalar, name);
  if (field.fieldKind === "enum") return [VARINT, (input, message) => void (message[name] = input.int32())];
  if (field.fieldKind === "map") return isOfTexts(field) ? [LENGTH_DELIMITED, textsReader(name)] : undefined;
  if (field.message === undefined) return textListReader(field, name);
  if (field.delimitedEncoding || !isUsual(field.message)) return undefined;
  const read = messageReader(field.message, made);
  const isList = field.fieldKind === "list";
  return [LENGTH_DELIMITED, isList ? messageListReader(name, read) : oneMessageReader(name, read)];
}

function scalarReader(type: ScalarType, name: string): FieldReader | undefined {
  if (type === ScalarType.STRING)
    return [LENGTH_DELIMITED, (input, message) => void (message[name] = input.text())];
  if (type === ScalarType.BOOL)
    return [VARINT, (input, message) => void (message[name] = input.varint() !== 0)];
  if (type === ScalarType.INT64)
    return [VARINT, (input, message) => void (message[name] = BigInt(input.varint()))];
  if (type === ScalarType.INT32) return [VARINT, (input, message) => void (message[name] = input.int32())];
  return undefined;
}

function textListReader(
  field: DescField & { fieldKind: "list" | "message" },
  name: string,
): FieldReader | undefined {
  if (field.fieldKind !== "list" || field.scalar !== ScalarType.STRING) return undefined;
  return [LENGTH_DELIMITED, (input, message) => void (message[name] as string[]).push(input.text())];
}

function messageListReader(name: string, read: ReadMessage): ReadField {
  return (input, message) => void (message[name] as Message[]).push(input.message(read));
}

function oneMessageReader(name: string, read: ReadMessage): ReadField {
  return (input, message) => {
    // Two become one, part by part.
    if (message[name] !== undefined) throw new Unusual();
    message[name] = input.message(read);
  };
}

function textsReader(name: string): ReadField {
  return (input, message) => {
    const [key, text] = input.message(readEntry);
    if (key === "__proto__") throw new Unusual();
    (message[name] as Record<string, string>)[key] = text;
  };
}

function readEntry(input: BinaryInput): readonly [key: string, text: string] {
  let key = "";
  let text = "";
  while (input.more) {
    const tag = input.varint();
    if (tag === KEY_TAG) key = input.text();
    else if (tag === VALUE_TAG) text = input.text();
    else throw new Unusual();
  }
  return [key, text];
}

const KEY_TAG = 10;
const VALUE_TAG = 18;
