import { create, type DescMessage, equals } from "@bufbuild/protobuf";
import { FieldDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";

import { CheckoutSessionSchema } from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { emptyMessage } from "../../../src/transcode/descriptors/empty-message.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

t.test("a message of a type with defaults of its own is made by protobuf-es", async (t) => {
  t.same(emptyMessage(FieldDescriptorProtoSchema)(), create(FieldDescriptorProtoSchema));
});

t.test("an empty message is the one that protobuf-es makes", async (t) => {
  for (const desc of [CheckoutSessionSchema, ScalarsSchema]) {
    const message = emptyMessage(desc)();
    t.ok(equals(desc as DescMessage, message, create(desc as DescMessage)), desc.typeName);
    t.equal(message.$typeName, desc.typeName);
  }
});

t.test("what is not set is there, so that nobody looks for it in vain", async (t) => {
  const message = emptyMessage(CheckoutSessionSchema)();
  t.ok(Object.hasOwn(message, "customer"));
  t.equal(Reflect.get(message, "customer"), undefined);
});

t.test("two messages share nothing that can be changed", async (t) => {
  const [one, other] = [emptyMessage(ScalarsSchema)(), emptyMessage(ScalarsSchema)()];
  for (const [name, value] of Object.entries(one)) {
    const isEmpty = value instanceof Uint8Array && value.length === 0; // There is nothing in it to change.
    if (typeof value === "object" && value !== null && !isEmpty) t.not(value, Reflect.get(other, name), name);
  }
});
