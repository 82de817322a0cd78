import { create, createFileRegistry, type DescMessage, type Message } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import t from "tap";
import { EventDataSchema } from "../../../gen/calmonypay/v1/event_pb.js";
import { canonicalStyle } from "../../../src/transcode/json/canonical-dialect.js";
import { createJsonWriters } from "../../../src/transcode/json/json-writer.js";
import { plainStyle } from "../../../src/transcode/json/plain-dialect.js";
import {
  type Color,
  InnerSchema,
  ItemSchema,
  ScalarsSchema,
} from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

const writers = createJsonWriters(canonicalStyle);

t.test("a message that has no JSON throws, and is not written in part", (t) => {
  const write = writers.message(ScalarsSchema);
  t.throws(() => write(create(ScalarsSchema, { ts: { seconds: 253402300800n } })), RangeError);
  t.throws(() => write(create(ScalarsSchema, { valueF: {} })), RangeError);
  t.throws(() => write(create(ScalarsSchema, { mask: { paths: ["aB"] } })), RangeError);
  t.end();
});

t.test("fields stand in the order of the proto file, defaults included, unset ones left out", (t) => {
  t.equal(
    writers.message(InnerSchema)(create(InnerSchema, { label: 'a"\n', count: -1 })),
    `{"label":"a\\"\\n","count":-1,"tags":[],"color":"COLOR_UNSPECIFIED","big":"0"}`,
  );
  const item = create(ItemSchema, {
    color: 99 as Color,
    tags: ["a", "b"],
    metadata: { 'k"': "v", constructor: "x" },
    note: "",
  });
  t.same(JSON.parse(writers.message(ItemSchema)(item)), {
    id: "",
    title: "",
    amount: "0",
    color: 99,
    tags: ["a", "b"],
    metadata: { 'k"': "v", constructor: "x" },
    note: "",
    digest: "",
  });
  t.end();
});

t.test("an object stands in the place of its id once it is there", (t) => {
  const { message } = createJsonWriters(plainStyle);
  const order = madeOrder();
  const write = message(order);
  t.equal(write(create(order, { customer: "cus_1" })), `{"customer":"cus_1","lone_expanded":null}`);
  const expanded = create(order, { customer: "cus_1", customerExpanded: { customer: "x" } });
  t.equal(write(expanded), `{"customer":{"customer":"x","lone_expanded":null},"lone_expanded":null}`);
  t.equal(
    createJsonWriters(canonicalStyle).message(order)(expanded as Message),
    `{"customer":"cus_1","customerExpanded":{"customer":"x"}}`,
    "a dialect without the ending knows nothing of it",
  );
  t.end();
});

t.test("the object of an event stands under one name, whatever its kind", (t) => {
  const refund = create(EventDataSchema, { object: { case: "refund", value: { id: "re_1" } } });
  const plain = createJsonWriters(plainStyle).message(EventDataSchema);
  t.match(JSON.parse(plain(refund)), { object: { id: "re_1", reason: null } });
  t.same(Object.keys(JSON.parse(plain(refund)) as object), ["object"]);
  t.equal(plain(create(EventDataSchema)), "{}", "there is none");
  t.match(
    JSON.parse(writers.message(EventDataSchema)(refund)),
    { refund: { id: "re_1" } },
    "a dialect without alternatives writes each under its own name",
  );
  t.end();
});

t.test("the same type has the same writer", (t) => {
  t.equal(writers.message(InnerSchema), writers.message(InnerSchema));
  t.end();
});

/** `string customer = 1; Order customer_expanded = 2; Order lone_expanded = 3;` */
function madeOrder(): DescMessage {
  const label = FieldDescriptorProto_Label.OPTIONAL;
  const ofOrder = { type: FieldDescriptorProto_Type.MESSAGE, typeName: ".Order", label };
  const field = [
    { name: "customer", number: 1, type: FieldDescriptorProto_Type.STRING, label, jsonName: "customer" },
    { name: "customer_expanded", number: 2, jsonName: "customerExpanded", ...ofOrder },
    { name: "lone_expanded", number: 3, jsonName: "loneExpanded", ...ofOrder },
  ];
  const file = create(FileDescriptorProtoSchema, {
    name: "o.proto",
    syntax: "proto3",
    messageType: [{ name: "Order", field }],
  });
  const desc = createFileRegistry(file, () => undefined).getMessage("Order");
  if (desc === undefined) throw new Error("no message was made");
  return desc;
}
