import t from "tap";
import { limitsOf } from "../../../src/transcode/call/limits.js";

t.test("what is no limit is refused by name", (t) => {
  for (const value of [0, -1, 1.5, NaN, Infinity, 2 ** 31]) {
    t.throws(() => limitsOf({ timeoutMsMax: value }), {
      name: "RangeError",
      message: /^timeoutMsMax must be/,
    });
    t.throws(() => limitsOf({ requestBytesMax: value }), {
      name: "RangeError",
      message: /^requestBytesMax must be/,
    });
  }
  t.end();
});

t.test("what is not chosen has its default", (t) => {
  const defaults = { requestBytesMax: 1_048_576, timeoutMsMax: 30_000, streamTimeoutMsMax: 3_600_000 };
  t.same(limitsOf(), defaults);
  t.same(limitsOf({ requestBytesMax: 5 }), { ...defaults, requestBytesMax: 5 });
  t.end();
});
