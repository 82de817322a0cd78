import * as fc from "fast-check";
import t from "tap";

import { systemClock, toSeconds } from "../../src/lib/clock.js";

t.test("the system clock tells this moment in milliseconds", async (t) => {
  const before = Date.now();
  const now = systemClock.now();
  t.ok(before <= now && now <= Date.now());
});

t.test("a second counts from its beginning to its last millisecond", async (t) => {
  t.equal(toSeconds(0), 0);
  t.equal(toSeconds(999), 0);
  t.equal(toSeconds(1000), 1);
  t.equal(toSeconds(1_795_362_893_999), 1_795_362_893);
});

t.test("a moment lies within the second that it is told in", async () => {
  fc.assert(
    fc.property(fc.nat(4_102_444_800_000), (now) => {
      const seconds = toSeconds(now);
      return Number.isInteger(seconds) && seconds * 1000 <= now && now < (seconds + 1) * 1000;
    }),
  );
});
