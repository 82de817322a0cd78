import type { DescField } from "@bufbuild/protobuf";
import { FieldDescriptorProtoSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import t from "tap";

import { CheckoutSessionSchema } from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { isOfTexts, isUsual } from "../../../src/transcode/grpc/fast-path.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

function isTextMap(field: DescField): boolean {
  return field.fieldKind === "map" && isOfTexts(field);
}

t.test("Google's own types are not usual, nor those of proto2", async (t) => {
  t.notOk(isUsual(StringValueSchema));
  t.notOk(isUsual(FieldDescriptorProtoSchema));
  t.ok(isUsual(CheckoutSessionSchema));
});

t.test("a map of numbers is not usual, one of texts is", async (t) => {
  const { counts, labels } = ScalarsSchema.field;
  t.notOk(isTextMap(counts));
  t.ok(isTextMap(labels));
  t.ok(isTextMap(CheckoutSessionSchema.field.metadata));
});
