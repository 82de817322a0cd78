/**
 * What protobuf's published conformance tests talk to: `node conformance-testee.js DESCRIPTORS`, a FileDescriptorSet of
 * their proto files. Reads each message with the codecs of the transcoder, and writes it again.
 */
import { readFileSync, readSync, writeSync } from "node:fs";

import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type Message,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";

import { uncounted } from "../../../src/transcode/descriptors/count-limit.js";
import { FieldProblem } from "../../../src/transcode/errors/field-problem.js";
import { createBinaryReaders } from "../../../src/transcode/grpc/binary-reader.js";
import { binaryWriter } from "../../../src/transcode/grpc/binary-writer.js";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { createJsonDialect } from "../../../src/transcode/json/dialect.js";

/** `conformance.ConformanceRequest`. */
interface Request extends Message {
  readonly payload: { readonly case: string | undefined; readonly value: unknown };
  readonly requestedOutputFormat: number;
  readonly messageType: string;
  readonly testCategory: number;
}

/** The oneof of `conformance.ConformanceResponse`. */
interface Result {
  readonly case: string;
  readonly value: unknown;
}

/** Numbers of `conformance.WireFormat` and `conformance.TestCategory`. */
const PROTOBUF = 1;
const JSON_FORMAT = 2;
const JSON_IGNORE_UNKNOWN = 3;
const KNOWN_FORMATS = new Set<unknown>(["protobufPayload", "jsonPayload", PROTOBUF, JSON_FORMAT]);

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(process.argv[2] ?? "")));
const dialect = createJsonDialect({ ...canonicalStyle, registry });
const binaryReader = createBinaryReaders(uncounted);
const [requestDesc, responseDesc] = ["Request", "Response"].map((name) =>
  typeNamed(`conformance.Conformance${name}`),
);

for (let request = next(); request !== undefined; request = next()) send(resultOf(request));

function typeNamed(name: string): DescMessage {
  const desc = registry.getMessage(name);
  if (desc === undefined) throw new Error(`The proto files have no ${name}.`);
  return desc;
}

function resultOf({ payload, requestedOutputFormat: format, messageType, testCategory }: Request): Result {
  if (messageType === "conformance.FailureSet") return { case: "protobufPayload", value: new Uint8Array() };
  const outOfScope = outOfScopeReason(messageType, testCategory, [payload.case, format]);
  if (outOfScope !== undefined) return { case: "skipped", value: outOfScope };
  const desc = typeNamed(messageType);
  try {
    const message = read(desc, payload);
    return writtenBy(() => write(desc, message, format));
  } catch (error) {
    const isRefusal = error instanceof FieldProblem || error instanceof ConnectError;
    return { case: isRefusal ? "parseError" : "runtimeError", value: String(error) };
  }
}

/** Why a test asks for what the transcoder does not do; undefined where it does. */
function outOfScopeReason(type: string, category: number, formats: readonly unknown[]): string | undefined {
  if (!/\.proto3\./.test(type)) return "The transcoder serves proto3.";
  if (category === JSON_IGNORE_UNKNOWN) return "Unknown fields of JSON are refused.";
  return formats.every((format) => KNOWN_FORMATS.has(format)) ? undefined : "There is no text format.";
}

function read(desc: DescMessage, { case: kind, value }: Request["payload"]): Message {
  if (kind === "jsonPayload") return dialect.message(desc).read(value as string);
  return binaryReader(desc)(Buffer.from(value as Uint8Array));
}

function write(desc: DescMessage, message: Message, format: number): Result {
  return format === JSON_FORMAT
    ? { case: "jsonPayload", value: dialect.message(desc).write(message) }
    : { case: "protobufPayload", value: binaryWriter(desc)(message, 0) };
}

function writtenBy(write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    return { case: "serializeError", value: String(error) };
  }
}

/** A length in four bytes, little-endian, and the message; undefined at the end of the input. */
function next(): Request | undefined {
  const length = bytesOf(4);
  if (length === undefined || requestDesc === undefined) return undefined;
  const bytes = bytesOf(length.readUInt32LE());
  return bytes && (fromBinary(requestDesc, bytes) as Request);
}

function bytesOf(length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length;) {
    const count = readSync(0, bytes, filled, length - filled, null);
    if (count === 0) return undefined;
    filled += count;
  }
  return bytes;
}

function send(result: Result): void {
  if (responseDesc === undefined) return;
  const bytes = toBinary(responseDesc, create(responseDesc, { result }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  const all = Buffer.concat([length, bytes]);
  for (let sent = 0; sent < all.length;) sent += writeSync(1, all, sent);
}
