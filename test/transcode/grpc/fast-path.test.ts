import { create, type DescField } from "@bufbuild/protobuf";
import { FieldDescriptorProtoSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import t from "tap";

import { CheckoutSessionSchema } from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import { createBinaryReaders } from "../../../src/transcode/grpc/binary-reader.js";
import { binaryWriter } from "../../../src/transcode/grpc/binary-writer.js";
import {
  FAST_PATH_BUGS,
  type FastPathBug,
  isOfTexts,
  isUsual,
} from "../../../src/transcode/grpc/fast-path.js";
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

/** What is published while `work` runs. */
function bugsIn(work: () => void): FastPathBug[] {
  const bugs: FastPathBug[] = [];
  const note = (bug: unknown): unknown => bugs.push(bug as FastPathBug);
  FAST_PATH_BUGS.subscribe(note);
  try {
    work();
  } finally {
    FAST_PATH_BUGS.unsubscribe(note);
  }
  return bugs;
}

t.test("no bytes and no value of a wrong kind count as a bug", async (t) => {
  const read = createBinaryReaders(() => 10)(CheckoutSessionSchema);
  const bugs = bugsIn(() => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        t.doesNotThrow(() => ignoreRefusal(() => read(Buffer.from(bytes))));
      }),
      { numRuns: 500 },
    );
    const odd = { ...create(CheckoutSessionSchema), id: 1, amountTotal: -1n, livemode: "yes" };
    ignoreRefusal(() => binaryWriter(CheckoutSessionSchema)(odd, 5));
  });
  t.same(bugs, []);
});

t.test("any other error is published, and the message is written all the same", async (t) => {
  const message = create(CheckoutSessionSchema, { id: "cs_1" });
  const whole = binaryWriter(CheckoutSessionSchema)(message, 5).subarray(5);
  let looks = 0;
  const failing = Object.defineProperty({ ...message }, "id", {
    enumerable: true,
    get: () => {
      if (looks++ === 0) throw new RangeError("a bug");
      return "cs_1";
    },
  });
  const bugs = bugsIn(() => t.same(binaryWriter(CheckoutSessionSchema)(failing, 5).subarray(5), whole));
  t.match(bugs, [{ error: RangeError, typeName: CheckoutSessionSchema.typeName, direction: "write" }]);
});

function ignoreRefusal(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
