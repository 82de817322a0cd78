import { readdirSync } from "node:fs";

import {
  create,
  type DescMessage,
  type DescService,
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
import { EventSchema } from "../../../gen/calmonypay/v1/event_pb.js";
import type { PaymentMethodType } from "../../../gen/calmonypay/v1/payment_method_pb.js";
import { binaryWriter, isWrittenFast } from "../../../src/transcode/grpc/binary-writer.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";
import { CODE_POINT } from "../../support/any-text.js";

const HEADROOM = 5;

/** What this writes and what protobuf-es writes, in hexadecimal. */
function both(desc: DescMessage, message: Message): readonly [string, string] {
  const written = binaryWriter(desc)(message, HEADROOM).subarray(HEADROOM);
  return [written.toString("hex"), Buffer.from(toBinary(desc, message)).toString("hex")];
}

const API = new URL("../../../gen/calmonypay/v1/", import.meta.url);

async function services(): Promise<DescService[]> {
  const files = readdirSync(API).filter((file) => file.endsWith("_service_pb.js"));
  const modules = await Promise.all(files.map((file) => import(new URL(file, API).href) as Promise<object>));
  const exported = modules.flatMap((module) => Object.values(module) as { kind?: string }[]);
  return exported.filter(({ kind }) => kind === "service") as DescService[];
}

/** Undefined where it is refused. */
function attempt(write: () => Uint8Array): string | undefined {
  try {
    return Buffer.from(write()).toString("hex");
  } catch {
    return undefined; // What is said then is protobuf-es' own.
  }
}

const text = fc.string({ unit: CODE_POINT, maxLength: 200 });
const optional = fc.option(text, { nil: undefined });
const session = fc.record({
  id: text,
  url: text,
  customer: optional,
  livemode: fc.boolean(),
  status: fc.nat(3),
  paymentMethodTypes: fc.array(fc.nat(300), { maxLength: 200 }),
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

t.test("a negative number in a list of enums is left to protobuf-es", async (t) => {
  const odd = create(CheckoutSessionSchema, { paymentMethodTypes: [1, -1 as PaymentMethodType] });
  t.equal(...both(CheckoutSessionSchema, odd));
});

t.test("events are written byte by byte as protobuf-es writes them, whatever they are about", async () => {
  const card = fc.record({
    last4: text,
    expMonth: fc.option(fc.nat(), { nil: undefined }),
    expYear: fc.nat(),
  });
  const about = fc.oneof(
    fc.record({ case: fc.constant("checkoutSession"), value: session }),
    fc.record({ case: fc.constant("paymentMethod"), value: fc.record({ id: text, card }) }),
    fc.constant({ case: undefined }),
  );
  fc.assert(
    fc.property(text, about, (id, object) => {
      const init = { id, data: { object } } as MessageInitShape<typeof EventSchema>;
      const [own, other] = both(EventSchema, create(EventSchema, init));
      return own === other;
    }),
  );
});

t.test("no field of any response of the API is of a kind that makes it slow", async (t) => {
  const looked = new Set<DescMessage>();
  const look = (desc: DescMessage): void => {
    if (looked.has(desc)) return;
    looked.add(desc);
    for (const field of desc.fields) {
      t.ok(isWrittenFast(field), `${desc.typeName}.${field.name}`);
      if (field.message !== undefined) look(field.message);
    }
  };
  for (const { methods } of await services()) for (const { output } of methods) look(output);
  t.ok(looked.size > 40);
});

t.test("rare kinds of fields, and fields that nobody knows, are left to protobuf-es", async (t) => {
  const scalars = create(ScalarsSchema, { fDouble: 1.5, fSint64: -1n, fBytes: Uint8Array.of(1, 2) });
  t.equal(...both(ScalarsSchema, scalars));
  const strange = fromBinary(CheckoutSessionSchema, Buffer.from("0a0163c2bb0101ff", "hex"));
  t.equal(...both(CheckoutSessionSchema, strange));
});
