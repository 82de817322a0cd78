import * as fc from "fast-check";
import t from "tap";

import { chargeTimes, isOver, isSilent, nextAskAt } from "../../src/domain/reconcile-schedule.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every time at which an attempt is asked about, by somebody who never misses one. */
function rungs(givenAt: number, closesAt: number): number[] {
  const times: number[] = [];
  for (let now = givenAt; ;) {
    const next = nextAskAt({ givenAt, closesAt }, now);
    if (next === null) return times;
    times.push(next);
    now = next;
  }
}

await t.test(
  "an attempt is asked about ever less often, and once before its session's expiry is final",
  (t) => {
    const later = [2, 4, 8, 16, 32].map((days) => days * DAY);
    t.same(rungs(0, DAY + 30 * MINUTE), [
      ...[1, 5, 15, 60].map((minutes) => minutes * MINUTE),
      DAY,
      DAY + 29 * MINUTE,
      ...later,
    ]);
    t.same(rungs(0, 35 * MINUTE), [...[1, 5, 15, 34, 60].map((minutes) => minutes * MINUTE), DAY, ...later]);
    t.end();
  },
);

await t.test("rungs that nobody was there for are not made up for", (t) => {
  t.equal(nextAskAt({ givenAt: 0, closesAt: HOUR }, 3 * HOUR), DAY);
  t.equal(nextAskAt({ givenAt: 0, closesAt: HOUR }, 32 * DAY), null);
  t.end();
});

await t.test("the next time always lies ahead, and the ladder has an end", (t) => {
  const times = fc.record({ givenAt: fc.nat(1e12), closesAt: fc.nat(1e12), now: fc.nat(1e12) });
  fc.assert(
    fc.property(times, ({ givenAt, closesAt, now }) => {
      const next = nextAskAt({ givenAt, closesAt }, now);
      return next === null ? now >= givenAt + 32 * DAY : next > now;
    }),
  );
  fc.assert(fc.property(times, ({ givenAt, closesAt }) => rungs(givenAt, closesAt).length <= 11));
  t.end();
});

await t.test("an attempt is silent after a quarter of an hour, and over after a day", (t) => {
  const times = { givenAt: 1000, closesAt: HOUR };
  t.same([isSilent(times, 15 * MINUTE), isSilent(times, 1000 + 15 * MINUTE)], [false, true]);
  t.same([isOver(times, DAY), isOver(times, 1000 + DAY)], [false, true]);
  t.end();
});

await t.test("a charge is asked about after a minute, and is over after a day", async (t) => {
  const times = chargeTimes(5 * DAY);
  t.equal(nextAskAt(times, 5 * DAY), 5 * DAY + MINUTE);
  t.notOk(isOver(times, 6 * DAY - 1));
  t.ok(isOver(times, 6 * DAY));
});
