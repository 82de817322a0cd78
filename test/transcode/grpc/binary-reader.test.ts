import {
  create,
  createRegistry,
  type DescMessage,
  equals,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";

import { CreateCheckoutSessionRequestSchema } from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import {
  type CheckoutSession,
  CheckoutSessionSchema,
} from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { uncounted } from "../../../src/transcode/descriptors/count-limit.js";
import { createBinaryReaders } from "../../../src/transcode/grpc/binary-reader.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { anyInt64, scalars } from "../support/messages.js";
import { CODE_POINT } from "../../support/any-text.js";

const binaryReader = createBinaryReaders(uncounted);

/** What reading comes to: the message, or the text of its refusal. */
function attempt(read: () => Message): Message | string {
  try {
    return read();
  } catch (error) {
    return String(error);
  }
}

/**
 * Whether this reads the bytes as protobuf-es does, or refuses them too: also those that protobuf-es takes
 * for what they are not.
 */
function readsAlike(desc: DescMessage, bytes: Uint8Array): boolean {
  const own = attempt(() => binaryReader(desc)(Buffer.from(bytes)));
  const other = attempt(() => fromBinary(desc, bytes));
  if (typeof own === "string") return typeof other === "string" || /wire type|__proto__/.test(own);
  if (typeof other === "string") return false;
  return equals(desc, own, other, { unknown: true, registry: createRegistry() });
}

const text = fc.string({ unit: CODE_POINT, maxLength: 40 });
const int64 = anyInt64(true);
const session = fc
  .record(
    {
      id: text,
      url: text,
      customer: fc.option(text, { nil: undefined }),
      livemode: fc.boolean(),
      status: fc.nat(4),
      paymentMethodTypes: fc.array(fc.nat(300), { maxLength: 9 }),
      created: int64,
      amountTotal: fc.bigInt({ min: 0n, max: 2n ** 53n }),
      metadata: fc.dictionary(text, text, { maxKeys: 5 }),
      lineItems: fc.record({
        object: text,
        hasMore: fc.boolean(),
        data: fc.array(fc.record({ id: text, quantity: int64 }), { maxLength: 3 }),
      }),
    },
    { requiredKeys: [] },
  )
  .map((init) => create(CheckoutSessionSchema, init as MessageInitShape<typeof CheckoutSessionSchema>));

t.test("bytes that are no message are refused as protobuf-es refuses them", async (t) => {
  const wrongs = ["0a", "0a05616263", "0a02c328", "ffffffffffffffffffff01", "08", "7a", "0b", "1a03000000"];
  let refused = 0;
  for (const hex of wrongs) {
    const bytes = Buffer.from(hex, "hex");
    t.ok(readsAlike(CreateCheckoutSessionRequestSchema, bytes), hex);
    if (typeof attempt(() => fromBinary(CreateCheckoutSessionRequestSchema, bytes)) === "string") refused++;
  }
  t.ok(refused > 4);
});

t.test("messages are read as protobuf-es reads them", async (t) => {
  fc.assert(fc.property(session, (message) => readsAlike(CheckoutSessionSchema, encoded(message))));
  const reads = (hex: string) => t.ok(readsAlike(CheckoutSessionSchema, Buffer.from(hex, "hex")), hex);
  reads(""); // Nothing is set.
  reads("0a0161 0a0162".replace(" ", "")); // The later of two values counts.
  reads("0a04efbbbf61"); // A byte order mark.
  reads("108001"); // Bytes of a number that say nothing.
  reads("b20100b201020801"); // Two parts of one message become one.
  reads("e20103010203"); // A packed list of enums.
  reads("e20101ffffffffffffffffff01"); // A number of it that ends behind it.
  reads("e2010affffffffffffffffff01"); // One below zero.
  reads("e00101e00102"); // The same list, each number with its tag.
  reads("8201060a00120176"); // An entry of a map without a key.
});

t.test("bytes that a stranger changed are read or refused as protobuf-es does it", async () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.option(fc.nat(), { nil: undefined }) });
  fc.assert(
    fc.property(session, fc.array(change, { minLength: 1, maxLength: 3 }), (message, changes) => {
      let bytes = Buffer.from(encoded(message));
      for (const { at, byte, cut } of changes) {
        if (bytes.length === 0) break;
        bytes[at % bytes.length] = byte;
        if (cut !== undefined) bytes = bytes.subarray(0, cut % (bytes.length + 1));
      }
      return readsAlike(CheckoutSessionSchema, bytes);
    }),
  );
});

t.test("kinds of fields that are rare, and fields that nobody knows, are left to protobuf-es", async (t) => {
  fc.assert(
    fc.property(scalars(anyInt64), (message) => readsAlike(ScalarsSchema, toBinary(ScalarsSchema, message))),
  );
  const strange = Buffer.from("0a0163c2bb0101ff", "hex");
  t.equal(binaryReader(CheckoutSessionSchema)(strange).$unknown?.length, 1);
  t.ok(readsAlike(CheckoutSessionSchema, strange));
  t.ok(
    readsAlike(CheckoutSessionSchema, Buffer.from("8201140a095f5f70726f746f5f5f1207696e6e6f63656e74", "hex")),
  );
});

t.test("a message that is deeper than any of ours is left to protobuf-es", async (t) => {
  let bytes = Buffer.from([]);
  for (let depth = 0; depth < 40; depth++) bytes = Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes]);
  t.ok(readsAlike(CreateCheckoutSessionRequestSchema, bytes));
});

function encoded(message: CheckoutSession): Uint8Array {
  return toBinary(CheckoutSessionSchema, message);
}

t.test("a packed list counts by its elements", async (t) => {
  const read = createBinaryReaders(() => 3)(CheckoutSessionSchema);
  const readHex = (hex: string): number => {
    const { paymentMethodTypes } = read(Buffer.from(hex, "hex")) as CheckoutSession;
    return paymentMethodTypes.length;
  };
  t.throws(() => readHex("e2010401020102"), { message: /must not have more than 3 elements/ });
  t.throws(() => readHex("e201020102e201020102"), { message: /must not have more than 3/ });
  t.equal(readHex("e20103010201"), 3);
});
