import { type DescField, type DescMessage, fromBinary, type Message, ScalarType } from "@bufbuild/protobuf";

import { type FunctionOf, memoize, memoizeRecursive } from "../../lib/memoize.js";
import { emptyMessage } from "../descriptors/empty-message.js";
import { type CountMax } from "../descriptors/count-limit.js";
import { callerError } from "../errors/field-error.js";
import { FieldProblem } from "../errors/field-problem.js";
import { CodeGenerator, propertySource } from "../compiled/codegen.js";
import { requestError } from "../errors/request-error.js";
import { BinaryInput } from "./binary-input.js";
import { isOfTexts, isUsual, FastPathMiss, publishBug } from "./fast-path.js";
import { checkWire } from "./wire-check.js";

/**
 * Decodes a message from protobuf's binary format. Throws a ConnectError for the caller where the bytes are
 * no message, or exceed a limit of its type.
 */
export type BinaryReader = (bytes: Buffer) => Message;

/**
 * Creates readers that stop at the first element above a limit. Each is compiled from its type's descriptor
 * and returns the message that protobuf-es would, in a quarter of the time. protobuf-es still reads what is
 * rare: kinds of fields that no request has, unknown fields, and invalid bytes.
 */
export function createBinaryReaders(countMax: CountMax): (desc: DescMessage) => BinaryReader {
  const messageReader = memoizeRecursive<DescMessage, [BinaryInput], Message>((desc, of) =>
    isUsual(desc) ? (fieldsReader(desc, of, countMax) ?? refuse) : refuse,
  );
  return memoize((desc: DescMessage): BinaryReader => {
    const read = messageReader(desc);
    return (bytes) => {
      try {
        return read(new BinaryInput(bytes));
      } catch (error) {
        publishBug(error, desc, "read");
        return readWithGenerated(desc, bytes, countMax);
      }
    };
  });
}

type ReaderOf = FunctionOf<DescMessage, [BinaryInput], Message>;
type ReadMessage = ReturnType<ReaderOf>;

function readWithGenerated(desc: DescMessage, bytes: Buffer, countMax: CountMax): Message {
  try {
    checkWire(desc, bytes, countMax);
    return fromBinary(desc, bytes);
  } catch (error) {
    if (error instanceof FieldProblem) throw callerError(error);
    throw requestError("body_malformed", `parse binary: ${(error as Error).message}`);
  }
}

function refuse(): never {
  throw new FastPathMiss();
}

/** Switches on a field's whole tag: another wire type than the field's own is rare, too. */
function fieldsReader(desc: DescMessage, of: ReaderOf, countMax: CountMax): ReadMessage | undefined {
  const code = new CodeGenerator();
  const cases = desc.fields.map((field) => {
    const [wireType, read] = fieldSource(field, code, of, countMax) ?? [];
    const counted = countSource(field, countMax, code);
    return read === undefined ? "" : `case ${field.number * 8 + (wireType ?? 0)}: ${counted} ${read} break;`;
  });
  const field = `switch (input.varint()) { ${cases.join(" ")} default: ${code.name(refuse)}(); }`;
  const empty = code.name(emptyMessage(desc));
  const counters = desc.fields.filter((each) => isCounted(each, countMax));
  const declared = counters.map(({ number }) => `let n${number} = 0;`).join(" ");
  const source = `(input) => { const m = ${empty}(); ${declared} while (input.more) ${field} return m; }`;
  return code.compile(source) as ReadMessage | undefined;
}

/** A statement that throws at the first element above the limit. */
function countSource(field: DescField, countMax: CountMax, code: CodeGenerator): string {
  if (!isCounted(field, countMax)) return "";
  return `if (++n${field.number} > ${countMax(field)}) ${code.name(refuse)}();`;
}

function isCounted(field: DescField, countMax: CountMax): boolean {
  return (field.fieldKind === "list" || field.fieldKind === "map") && countMax(field) !== Infinity;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** A statement that reads one occurrence of a field into message `m`. */
type FieldSource = readonly [wireType: number, statement: string];

/** Undefined for kinds that the fast path does not handle. */
function fieldSource(
  field: DescField,
  code: CodeGenerator,
  of: ReaderOf,
  countMax: CountMax,
): FieldSource | undefined {
  const to = propertySource("m", field);
  if (field.oneof !== undefined) return undefined;
  if (field.fieldKind === "scalar") return field.longAsString ? undefined : scalarSource(field.scalar, to);
  if (field.fieldKind === "enum") return [VARINT, `${to} = input.int32();`];
  if (field.fieldKind === "map") {
    return isOfTexts(field) ? [LENGTH_DELIMITED, `${code.name(readText)}(input, ${to});`] : undefined;
  }
  if (field.fieldKind === "list" && field.listKind === "enum") {
    return field.packed ? [LENGTH_DELIMITED, enumsSource(to, countMax(field), code)] : undefined;
  }
  if (field.message === undefined) return textListSource(field, to);
  if (field.delimitedEncoding || !isUsual(field.message)) return undefined;
  const read = `input.message(${code.name(of(field.message))})`;
  if (field.fieldKind === "list") return [LENGTH_DELIMITED, `${to}.push(${read});`];
  // A second occurrence is merged into the first.
  return [LENGTH_DELIMITED, `if (${to} !== undefined) ${code.name(refuse)}(); ${to} = ${read};`];
}

function scalarSource(type: ScalarType, to: string): FieldSource | undefined {
  if (type === ScalarType.STRING) return [LENGTH_DELIMITED, `${to} = input.text();`];
  if (type === ScalarType.BOOL) return [VARINT, `${to} = input.varint() !== 0;`];
  if (type === ScalarType.INT64) return [VARINT, `${to} = BigInt(input.varint());`];
  return type === ScalarType.INT32 ? [VARINT, `${to} = input.int32();`] : undefined;
}

/** A packed list counts by its elements, not by its occurrences. */
function enumsSource(to: string, most: number, code: CodeGenerator): string {
  const counted = most === Infinity ? "" : `if (list.length >= ${most}) ${code.name(refuse)}();`;
  return `{ const list = ${to}; input.message((each) => { while (each.more) { ${counted} list.push(each.int32()); } }); }`;
}

function textListSource(field: DescField, to: string): FieldSource | undefined {
  if (field.fieldKind !== "list" || field.scalar !== ScalarType.STRING) return undefined;
  return [LENGTH_DELIMITED, `${to}.push(input.text());`];
}

function readText(input: BinaryInput, texts: Record<string, string>): void {
  const [key, text] = input.message(readEntry);
  if (key === "__proto__") throw new FastPathMiss();
  texts[key] = text;
}

function readEntry(input: BinaryInput): readonly [key: string, text: string] {
  let key = "";
  let text = "";
  while (input.more) {
    const tag = input.varint();
    if (tag === KEY_TAG) key = input.text();
    else if (tag === VALUE_TAG) text = input.text();
    else throw new FastPathMiss();
  }
  return [key, text];
}

const KEY_TAG = 10;
const VALUE_TAG = 18;
