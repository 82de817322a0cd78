import {
  create,
  type DescField,
  type DescMessage,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import * as fc from "fast-check";
import t from "tap";
import { FieldProblem } from "../../../src/transcode/errors/field-problem.js";
import { checkWire } from "../../../src/transcode/grpc/wire-check.js";
import { CreateCheckoutSessionRequestSchema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { anyInt64, scalars } from "../support/messages.js";

const Order = CreateCheckoutSessionRequestSchema;
const max3 = (): number => 3;

/** What is refused in these bytes, and where. */
function refusal(desc: DescMessage, bytes: Uint8Array, countMax: (field: DescField) => number = max3) {
  try {
    checkWire(desc, bytes, countMax);
    return undefined;
  } catch (error) {
    return error instanceof FieldProblem ? `${error.path}: ${error.message}` : String(error);
  }
}

function order(init: MessageInitShape<typeof Order>): Uint8Array {
  return toBinary(Order, create(Order, init));
}

const unknown = (count: number) => {
  const writer = new BinaryWriter();
  for (let at = 0; at < count; at++) writer.tag(1000 + at, WireType.Varint).uint32(1);
  return writer.finish();
};

const metadata = (key: string): Uint8Array => {
  const entry = new BinaryWriter().tag(1, WireType.LengthDelimited).string(key);
  return new BinaryWriter().tag(6, WireType.LengthDelimited).bytes(entry.finish()).finish();
};

t.test("the first element too many of a list or a map is refused, wherever it is", (t) => {
  const four = ["a", "b", "c", "d"];
  t.match(
    refusal(Order, order({ lineItems: four.map(() => ({ quantity: 1n })) })),
    /^line_items: .* 3 elements/,
  );
  t.match(refusal(Order, order({ expand: four })), /^expand: .* 3 elements/);
  t.match(
    refusal(Order, order({ metadata: Object.fromEntries(four.map((key) => [key, ""])) })),
    /^metadata: /,
  );
  const again = new BinaryWriter();
  for (let at = 0; at < 4; at++) again.tag(6, WireType.LengthDelimited).bytes(Buffer.from([10, 1, 97]));
  t.match(refusal(Order, again.finish()), /^metadata: /, "one key four times is four entries");
  t.equal(refusal(Order, order({ expand: four.slice(1), lineItems: [{}, {}, {}] })), undefined);
  t.end();
});

t.test("numbers that stand packed in one field are counted one by one", (t) => {
  const lists = ScalarsSchema.fields.filter((field) => field.fieldKind === "list" && field.packed);
  t.ok(lists.length > 0);
  for (const field of lists) {
    const packed = new BinaryWriter().tag(field.number, WireType.LengthDelimited).bytes(new Uint8Array(64));
    t.match(refusal(ScalarsSchema, packed.finish()), /must not have more than 3 elements/, field.name);
  }
  t.end();
});

t.test("of fields that nobody knows, a hundred are let through, in groups as well", (t) => {
  t.equal(refusal(Order, unknown(100)), undefined);
  t.match(refusal(Order, unknown(101)), /more than 100 unknown fields/);
  const group = Buffer.concat([Buffer.from([0xa3, 0x06]), unknown(100), Buffer.from([0xa4, 0x06])]);
  t.match(refusal(Order, group), /more than 100 unknown fields/);
  const nested = Buffer.concat([Buffer.alloc(50_000, Buffer.from([0xa3, 0x06]))]);
  t.match(refusal(Order, nested), /nested more than 100 deep|more than 100 unknown/);
  t.end();
});

t.test("the key __proto__ is refused by name; other names of objects are names", (t) => {
  t.equal(refusal(Order, metadata("__proto__")), "metadata[__proto__]: must not have the key __proto__");
  for (const key of ["constructor", "toString", "hasOwnProperty", "__defineGetter__"])
    t.equal(refusal(Order, metadata(key)), undefined, key);
  t.end();
});

t.test("a field of another wire type than its own is refused", (t) => {
  const number = new BinaryWriter().tag(2, WireType.Varint).uint32(5).finish();
  t.match(refusal(Order, number), /^success_url: does not have the wire type/);
  const text = new BinaryWriter().tag(7, WireType.LengthDelimited).string("5").finish();
  t.match(refusal(Order, text), /^expires_at: does not have the wire type/);
  t.end();
});

t.test("every message that protobuf-es writes passes, and bytes cut off anywhere end", (t) => {
  fc.assert(
    fc.property(scalars(anyInt64), fc.nat(), (message, cut) => {
      const bytes = toBinary(ScalarsSchema, message);
      refusal(ScalarsSchema, bytes.subarray(0, cut % (bytes.length + 1)), () => Infinity);
      return refusal(ScalarsSchema, bytes, () => Infinity) === undefined;
    }),
  );
  t.end();
});
