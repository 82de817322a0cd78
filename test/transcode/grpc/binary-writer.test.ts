import {
  create,
  type DescMessage,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import * as fc from "fast-check";
import t from "tap";

import {
  CreateCheckoutSessionResponseSchema,
  ListCheckoutSessionsResponseSchema,
} from "../../../gen/calmonypay/v1/checkout_service_pb.js";
import {
  type CheckoutSession,
  CheckoutSessionSchema,
} from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { binaryWriter } from "../../../src/transcode/grpc/binary-writer.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

const HEADROOM = 5;

/** What this writes and what protobuf-es writes, in hexadecimal. */
function both(desc: DescMessage, message: Message): readonly [string, string] {
  const written = binaryWriter(desc)(message, HEADROOM).subarray(HEADROOM);
  return [written.toString("hex"), Buffer.from(toBinary(desc, message)).toString("hex")];
}

/** Undefined where it is refused. */
function attempt(write: () => Uint8Array): string | undefined {
  try {
    return Buffer.from(write()).toString("hex");
  } catch {
    return undefined; // What is said then is protobuf-es' own.
  }
}

const text = fc.string({ unit: "binary", maxLength: 200 });
const optional = fc.option(text, { nil: undefined });
const session = fc.record({
  id: text,
  url: text,
  customer: optional,
  livemode: fc.boolean(),
  status: fc.nat(3),
  created: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  amountTotal: fc.bigInt({ min: 0n, max: 2n ** 53n }),
  metadata: fc.dictionary(text, text, { maxKeys: 5 }),
  lineItems: fc.option(
    fc.record({
      object: text,
      hasMore: fc.boolean(),
      data: fc.array(fc.record({ id: text, quantity: fc.bigInt(0n, 300n) })),
    }),
    { nil: undefined },
  ),
});

t.test("what does not fit its field comes to what protobuf-es makes of it", async (t) => {
  const wrongs = [{ id: 1 }, { created: 2n ** 63n }, { livemode: "no" }, { status: 1.5 }, { status: -1 }];
  let refused = 0;
  for (const wrong of wrongs) {
    const message = Object.assign(create(CheckoutSessionSchema), wrong) as CheckoutSession;
    const own = attempt(() => binaryWriter(CheckoutSessionSchema)(message, 0));
    t.equal(
      own,
      attempt(() => toBinary(CheckoutSessionSchema, message)),
    );
    if (own === undefined) refused++;
  }
  t.equal(refused, 2);
});

t.test("sessions are written byte by byte as protobuf-es writes them", async (t) => {
  fc.assert(
    fc.property(session, (init) => {
      const message = create(CheckoutSessionSchema, init as MessageInitShape<typeof CheckoutSessionSchema>);
      const [own, other] = both(CheckoutSessionSchema, message);
      return own === other;
    }),
  );
  const whole = create(CreateCheckoutSessionResponseSchema, { checkoutSession: { id: "cs_1" } });
  t.equal(...both(CreateCheckoutSessionResponseSchema, whole));
  t.equal(...both(CreateCheckoutSessionResponseSchema, create(CreateCheckoutSessionResponseSchema)));
});

t.test("lists larger than the room that is kept are whole", async (t) => {
  const data = Array.from({ length: 100 }, (_, index) => ({ id: `cs_${index}`, url: "x".repeat(2000) }));
  const list = create(ListCheckoutSessionsResponseSchema, { object: "list", data });
  t.equal(...both(ListCheckoutSessionsResponseSchema, list));
});

t.test("rare kinds of fields, and fields that nobody knows, are left to protobuf-es", async (t) => {
  const scalars = create(ScalarsSchema, { fDouble: 1.5, fSint64: -1n, fBytes: Uint8Array.of(1, 2) });
  t.equal(...both(ScalarsSchema, scalars));
  const strange = fromBinary(CheckoutSessionSchema, Buffer.from("0a0163c2bb0101ff", "hex"));
  t.equal(...both(CheckoutSessionSchema, strange));
});
