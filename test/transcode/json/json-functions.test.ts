import t from "tap";
import { deeper, DEPTH_MAX } from "../../../src/transcode/json/json-functions.js";

t.test("a value deeper than the limit is refused", (t) => {
  const reading = { depth: DEPTH_MAX - 1, keys: 0 };
  t.doesNotThrow(() => deeper(reading));
  t.throws(() => deeper(reading), { name: "FieldProblem", message: "must not be nested more than 100 deep" });
  t.end();
});
