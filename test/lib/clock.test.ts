import * as fc from "fast-check";
import t from "tap";

import {
  asSharedClock,
  movedAhead,
  oneTime,
  stoppedAt,
  systemClock,
  toSeconds,
} from "../../src/lib/clock.js";

t.test("the system clock tells this moment in milliseconds", async (t) => {
  const before = Date.now();
  const now = systemClock.now();
  t.ok(before <= now && now <= Date.now());
});

t.test("a clock that nobody else goes by is read as it is, and never jumps", async (t) => {
  const clock = asSharedClock({ now: () => 5000 });
  t.same([clock.now(), await clock.read(), clock.evenMs()], [5000, 5000, Infinity]);
});

t.test("what a clock is moved ahead counts as time that has gone by", async (t) => {
  let ahead = 100;
  const clock = movedAhead(
    { now: () => 5000, read: () => Promise.resolve(5001), evenMs: () => 7 },
    () => ahead,
  );
  t.same([clock.now(), await clock.read(), clock.evenMs()], [5100, 5101, 107]);
  ahead = 200;
  t.same([clock.now(), await clock.read(), clock.evenMs()], [5200, 5201, 207]);
});

t.test("a transaction has one time, of when it was first asked for", async (t) => {
  let now = 5000;
  const time = oneTime({ now: () => now });
  now = 6000;
  t.equal(time.now(), 6000);
  now = 7000;
  t.equal(time.now(), 6000);
  t.equal(stoppedAt(5).now(), 5);
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
