import { equals, fromJsonString, toJson, type Message } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";
import { canonicalDialect } from "../../../src/transcode/json/canonical-dialect.js";
import { ScalarsSchema, type Scalars } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { anyInt64, scalars } from "../support/messages.js";
import { scalarsJson } from "../support/wild-json.js";

const codec = canonicalDialect.message(ScalarsSchema);

t.test("what protobuf-es lets in and ProtoJSON does not is refused by its field", (t) => {
  const refused: [string, string][] = [
    [`{"fInt64":9007199254740993}`, "f_int64"],
    [`{"fInt64":" 5"}`, "f_int64"],
    [`{"fInt64":"0x10"}`, "f_int64"],
    [`{"fInt32":"0x7"}`, "f_int32"],
    [`{"fDouble":"0x10"}`, "f_double"],
    [`{"ts":"2024-02-30T12:00:00Z"}`, "ts"],
    [`{"ts":"2024-02-29T24:00:00Z"}`, "ts"],
    [`{"dur":"1.0123456789s"}`, "dur"],
    [`{"dur":"1sx"}`, "dur"],
    [`{"fBytes":"AQ ID"}`, "f_bytes"],
    [`{"valueF":1e400}`, "value_f"],
    [`{"structF":{"a":["\\ud800"]}}`, "struct_f.a[0]"],
    [`{"mask":"a,,b"}`, "mask"],
    [`{"labels":{"__proto__":"x"}}`, "labels[__proto__]"],
  ];
  for (const [json, path] of refused) t.throws(() => codec.read(json), { name: "FieldProblem", path }, json);
  t.end();
});

/** The largest float as usual, a null in a oneof (not set), the text of a 64-bit integer with an exponent. */
const READ_HERE_ONLY = /3\.4028235e38|o_?[Ii]nner":null|"1e2"/;

t.test("whatever it reads, protobuf-es reads too, and the same", (t) => {
  let both = 0;
  fc.assert(
    fc.property(scalarsJson, (json) => {
      const ours = attempt(() => codec.read(json));
      if (ours === undefined) return true;
      const theirs = attempt(() => fromJsonString(ScalarsSchema, json));
      both++;
      return theirs === undefined ? READ_HERE_ONLY.test(json) : sameJson(ours, theirs);
    }),
    { numRuns: 5000 },
  );
  t.ok(both > 500, `${both} of them were read at all`);
  t.end();
});

t.test("any message is written as protobuf-es writes it, and read again as it was", (t) => {
  fc.assert(
    fc.property(scalars(anyInt64), (message) => {
      const json = codec.write(message);
      const theirs = toJson(ScalarsSchema, message, { alwaysEmitImplicit: true });
      return (
        equals(ScalarsSchema, codec.read(json) as Scalars, message) && sameNumbers(JSON.parse(json), theirs)
      );
    }),
    { numRuns: 200 },
  );
  t.end();
});

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // That it is refused is all that is asked here.
  }
}

function sameJson(ours: Message, theirs: Message): boolean {
  return sameNumbers(JSON.parse(codec.write(ours)), JSON.parse(codec.write(theirs)));
}

/** Compares JSON; floats are the same where 32 bits cannot tell them apart. */
function sameNumbers(one: unknown, other: unknown): boolean {
  if (typeof one === "number" && typeof other === "number")
    return one === other || Math.fround(one) === Math.fround(other);
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return one === other;
  const [left, right] = [one, other] as [Record<string, unknown>, Record<string, unknown>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && sameNumbers(left[key], right[key]))
  );
}
