import t from "tap";
import { checkCount, uncounted } from "../../../src/transcode/descriptors/count-limit.js";
import { ScalarsSchema } from "../../fixtures/gen/transcodetest/v1/transcoding_cases_pb.js";

t.test("one element too many is refused, and the last that is allowed is not", (t) => {
  t.throws(() => checkCount(4, 3), {
    reason: "parameter_invalid",
    message: "must not have more than 3 elements",
  });
  t.doesNotThrow(() => checkCount(3, 3));
  t.equal(uncounted(ScalarsSchema.fields[0] as never), Infinity);
  t.end();
});
