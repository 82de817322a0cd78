import { create, type MessageInitShape } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import {
  Color,
  InnerSchema,
  ScalarsSchema,
  type Inner,
  type Scalars,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { CODE_POINT } from "../../support/any-text.js";

const text = fc.string({ unit: "grapheme", maxLength: 8 });
const bytes = fc.uint8Array({ maxLength: 6 });
const int32 = fc.integer();
const uint32 = fc.nat().map((value) => value * 2 + 1);
const color = fc.constantFrom(...Object.values(Color));
const key = text.filter((name) => name !== "__proto__");
const nanos = fc.nat(999_999_999);

/** How the 64-bit integers of a message are drawn. */
export type Int64s = (signed: boolean) => fc.Arbitrary<bigint>;

/** All that fit in 64 bits. */
export const anyInt64: Int64s = (signed) =>
  signed
    ? fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    : fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** Those that a JSON number can hold. */
export const safeInt64: Int64s = (signed) => (signed ? fc.maxSafeInteger() : fc.maxSafeNat()).map(BigInt);

function inner(int64: Int64s): fc.Arbitrary<Inner> {
  const { node } = fc.letrec<{ node: MessageInitShape<typeof InnerSchema> }>((tie) => ({
    node: fc.record(
      {
        label: text,
        count: int32,
        tags: fc.array(text, { maxLength: 3 }),
        child: tie("node"),
        color,
        big: int64(true),
      },
      { requiredKeys: [] },
    ),
  }));
  return node.map((init) => create(InnerSchema, init));
}

/** A message with fields of every shape, each of them there or not. */
export function scalars(int64: Int64s): fc.Arbitrary<Scalars> {
  const fields = {
    ...numbers(int64),
    ...texts(),
    ...lists(int64),
    ...wrappers(int64),
    ...wellKnown(),
    ...nested(int64),
  };
  return fc
    .record(fields, { requiredKeys: [] })
    .map((init) => create(ScalarsSchema, init as MessageInitShape<typeof ScalarsSchema>));
}

function numbers(int64: Int64s) {
  return {
    fDouble: fc.double({ noNaN: true }),
    fFloat: fc.float({ noNaN: true }),
    fInt32: int32,
    fInt64: int64(true),
    fUint32: uint32,
    fUint64: int64(false),
    fSint32: int32,
    fSint64: int64(true),
    fFixed32: uint32,
    fFixed64: int64(false),
    fSfixed32: int32,
    fSfixed64: int64(true),
    optInt32: int32,
  };
}

function texts() {
  return {
    fBool: fc.boolean(),
    fString: text,
    fBytes: bytes,
    fEnum: color,
    optString: text,
    renamedField: text,
  };
}

function lists(int64: Int64s) {
  const few = { maxLength: 3 };
  return {
    rInt32: fc.array(int32, few),
    rInt64: fc.array(int64(true), few),
    rString: fc.array(text, few),
    rBytes: fc.array(bytes, few),
    rEnum: fc.array(color, few),
    labels: fc.dictionary(key, text, { maxKeys: 3 }),
    counts: fc.dictionary(key, int64(true), { maxKeys: 3 }),
  };
}

function wrappers(int64: Int64s) {
  return {
    wDouble: fc.double({ noNaN: true }),
    wInt64: int64(true),
    wUint32: uint32,
    wBool: fc.boolean(),
    wString: text,
    wBytes: bytes,
  };
}

function wellKnown() {
  const json = fc
    .jsonValue({ stringUnit: CODE_POINT })
    .filter((value) => !JSON.stringify(value).includes("__proto__"));
  return {
    ts: fc.record({ seconds: fc.bigInt({ min: -62135596800n, max: 253402300799n }), nanos }),
    dur: fc.record({ seconds: fc.bigInt({ min: 0n, max: 315576000000n }), nanos }),
    mask: fc.record({ paths: fc.array(fc.constantFrom("title", "update_mask", "a.b_c"), { maxLength: 3 }) }),
    structF: fc.dictionary(key, json, { maxKeys: 2 }),
  };
}

function nested(int64: Int64s) {
  const choice = fc.oneof(
    text.map((value) => ({ case: "oString" as const, value })),
    int32.map((value) => ({ case: "oInt32" as const, value })),
    inner(int64).map((value) => ({ case: "oInner" as const, value })),
  );
  return { choice, inner: inner(int64), inners: fc.array(inner(int64), { maxLength: 2 }) };
}
