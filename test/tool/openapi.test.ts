import { spawnSync } from "node:child_process";

import { create, createFileRegistry, fromBinary, setExtension } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Type as Type,
  type FieldDescriptorProto,
  FieldOptionsSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  type MethodDescriptorProto,
  MethodOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import {
  field as fieldRules,
  FieldRulesSchema,
  StringRulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import t from "tap";

import { http } from "../../gen/google/api/annotations_pb.js";
import { HttpRuleSchema } from "../../gen/google/api/http_pb.js";
import { createDocument } from "../../tool/openapi/document.js";
import { complaints, jsonOf, openApi, operationsOf } from "../support/openapi.js";

const { stdout: descriptors } = spawnSync(
  process.execPath,
  [
    "node_modules/@bufbuild/buf/bin/buf",
    "build",
    "--path=proto/calmonypay",
    "--as-file-descriptor-set",
    "-o",
    "-",
  ],
  { maxBuffer: 10_000_000 },
);

/** A change of the proto files, and what the generator says to it. */
type Change = [name: string, change: (set: FileDescriptorSet) => void, says: RegExp];

const WITHOUT_WORDS: Change[] = [
  [
    "a call without an example",
    (set) => (methodOf(set, "GetCheckoutSession").name = "FetchCheckoutSession"),
    /FetchCheckoutSession has no example/,
  ],
  [
    "a declaration without a comment",
    (set) => set.file.forEach((file) => delete file.sourceCodeInfo),
    /has no comment/,
  ],
  [
    "a type of field that was never in use",
    (set) => (fieldOf(set, "LineItem", "quantity").type = Type.DOUBLE),
    /no schema for the type of .*quantity/,
  ],
  [
    "a message of Google's",
    (set) => becomeMessage(fieldOf(set, "CheckoutSession", "customer"), ".google.protobuf.FieldOptions"),
    /no schema for google.protobuf.FieldOptions/,
  ],
  [
    "a message that requests and answers share",
    (set) =>
      becomeMessage(fieldOf(set, "ListCheckoutSessionLineItemsResponse", "data"), ".calmonypay.v1.LineItem"),
    /calmonypay.v1.LineItem \(request\) and calmonypay.v1.LineItem \(answer\) look different/,
  ],
  [
    "an object in the query that holds objects",
    (set) => becomeMessage(fieldOf(set, "TimeRange", "gt"), ".calmonypay.v1.ProductData"),
    /no words for .*created in a query/,
  ],
  [
    "a path with a wildcard",
    (set) => setPath(methodOf(set, "GetCheckoutSession"), "/v1/checkout/{id=sessions/*}"),
    /no words for the path/,
  ],
  [
    "a rule of validation that was never in use",
    (set) => setRules(fieldOf(set, "ProductData", "name"), { suffix: "!" }),
    /the rule string.suffix yet/,
  ],
  [
    "a pattern that languages read differently",
    (set) => setRules(fieldOf(set, "ProductData", "name"), { pattern: "^[[:alpha:]]*$" }),
    /does not mean the same everywhere/,
  ],
];

t.test("what has no words in OpenAPI is refused, and not left out", async (t) => {
  for (const [name, change, says] of WITHOUT_WORDS) {
    const set = fromBinary(FileDescriptorSetSchema, descriptors);
    change(set);
    t.throws(() => createDocument(createFileRegistry(set)), { message: says }, name);
  }
});

t.test("the document is the one of the proto files as they are", async (t) => {
  const document = createDocument(createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors)));
  t.same(document, openApi);
  t.same(
    operationsOf(openApi).map(({ method, path }) => `${method} ${path}`),
    [
      "post /v1/checkout/sessions",
      "get /v1/checkout/sessions",
      "get /v1/checkout/sessions/{id}",
      "post /v1/checkout/sessions/{id}",
      "post /v1/checkout/sessions/{id}/expire",
      "get /v1/checkout/sessions/{id}/line_items",
      "get /v1/checkout/sessions/{id}/attempts",
      "post /v1/customers",
      "get /v1/customers",
      "get /v1/customers/{id}",
      "post /v1/customers/{id}",
      "delete /v1/customers/{id}",
      "get /v1/events/{id}",
      "get /v1/events",
      "get /v1/events/stream",
      "get /v1/held_payments/{id}",
      "get /v1/held_payments",
      "post /v1/held_payments/{id}/resolve",
      "post /v1/payment_intents",
      "get /v1/payment_intents",
      "get /v1/payment_intents/{id}",
      "post /v1/payment_intents/{id}",
      "post /v1/payment_intents/{id}/confirm",
      "post /v1/payment_intents/{id}/capture",
      "post /v1/payment_intents/{id}/cancel",
      "get /v1/payment_methods/{id}",
      "post /v1/payment_methods/{id}",
      "post /v1/payment_methods/{id}/attach",
      "post /v1/payment_methods/{id}/detach",
      "get /v1/customers/{customer}/payment_methods",
      "get /v1/payment_methods",
      "get /v1/customers/{customer}/payment_methods/{id}",
      "post /v1/refunds",
      "get /v1/refunds",
      "get /v1/refunds/{id}",
      "post /v1/refunds/{id}",
      "get /v1/setup_intents/{id}",
      "post /v1/test_helpers/clock/advance",
      "post /v1/test_helpers/gateway_faults",
      "get /v1/test_helpers/gateway_faults",
      "get /v1/webhook_deliveries/{id}",
      "get /v1/webhook_deliveries",
      "post /v1/webhook_deliveries/{id}/resend",
      "post /v1/webhook_endpoints",
      "get /v1/webhook_endpoints",
      "get /v1/webhook_endpoints/{id}",
      "post /v1/webhook_endpoints/{id}",
      "delete /v1/webhook_endpoints/{id}",
      "post /v1/webhook_endpoints/{id}/roll_secret",
      "post /v1/webhook_endpoints/{id}/send_test_event",
      "post /v1/webhook_endpoints/{id}/recover",
    ],
  );
  const ofGrpc =
    /NOT_FOUND|ALREADY_EXISTS|INVALID_ARGUMENT|FAILED_PRECONDITION|PERMISSION_DENIED|ABORTED|UNAVAILABLE/;
  t.notOk(ofGrpc.test(JSON.stringify(openApi)), "no code of gRPC is left in a text");
});

t.test("every example fits its schema", async (t) => {
  let checked = 0;
  for (const { path, operation } of operationsOf(openApi)) {
    for (const part of [operation.requestBody, ...Object.values(operation.responses)]) {
      if (part === undefined) continue;
      const { schema, example } = jsonOf(openApi, part);
      t.same(complaints(openApi, schema, example), [], `${path} ${JSON.stringify(example)}`);
      checked++;
    }
  }
  t.ok(checked > 20, "a test that checked nothing must fail");
});

function methodOf(set: FileDescriptorSet, name: string): MethodDescriptorProto {
  const methods = set.file.flatMap((file) => file.service.flatMap(({ method }) => method));
  return found(methods.find((method) => method.name === name));
}

function fieldOf(set: FileDescriptorSet, message: string, name: string): FieldDescriptorProto {
  const messages = set.file.flatMap(({ messageType }) => messageType);
  return found(messages.find((one) => one.name === message)?.field.find((field) => field.name === name));
}

function becomeMessage(field: FieldDescriptorProto, typeName: string): void {
  Object.assign(field, { type: Type.MESSAGE, typeName });
  delete field.options;
}

function setRules(field: FieldDescriptorProto, rules: { suffix?: string; pattern?: string }): void {
  field.options = create(FieldOptionsSchema);
  const type = { case: "string" as const, value: create(StringRulesSchema, rules) };
  setExtension(field.options, fieldRules, create(FieldRulesSchema, { type }));
}

function setPath(method: MethodDescriptorProto, path: string): void {
  method.options = create(MethodOptionsSchema);
  setExtension(method.options, http, create(HttpRuleSchema, { pattern: { case: "get", value: path } }));
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("There is no such declaration.");
  return value;
}
