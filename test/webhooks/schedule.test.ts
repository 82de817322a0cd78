import * as fc from "fast-check";
import t from "tap";

import { readRetryAfter, SCHEDULE, waitAfterFailure } from "../../src/webhooks/schedule.js";

const DAY = 24 * 60 * 60 * 1000;
const unit = fc.double({ min: 0, max: 1, noNaN: true });

t.test("the schedule is that of Standard Webhooks", async (t) => {
  const hours = SCHEDULE.reduce((sum, wait) => sum + wait, 0) / (60 * 60 * 1000);
  t.equal(SCHEDULE.length, 10);
  t.ok(hours > 75 && hours < 76, String(hours));
});

t.test(
  "each wait is the schedule's, a tenth more or less, and the last attempt is followed by none",
  async () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), unit, (step, random) => {
        const wait = waitAfterFailure(step, undefined, random);
        const planned = SCHEDULE[step];
        if (planned === undefined || wait === undefined) return planned === wait;
        return wait >= planned * 0.9 - 1 && wait <= planned * 1.1 + 1;
      }),
    );
  },
);

t.test("an endpoint may ask for a longer wait, for a day at most, and never for a shorter one", async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), unit, fc.nat({ max: 10 * DAY }), (step, random, asked) => {
      const alone = waitAfterFailure(step, undefined, random) ?? 0;
      const wait = waitAfterFailure(step, asked, random) ?? 0;
      return wait === Math.max(alone, Math.min(asked, DAY)) && wait >= alone;
    }),
  );
});

t.test("Retry-After is seconds or a date, and anything else is as if it were not there", async (t) => {
  const now = Date.parse("2026-11-29T10:00:00Z");
  t.equal(readRetryAfter("120", now), 120_000);
  t.equal(readRetryAfter("Sun, 29 Nov 2026 10:01:00 GMT", now), 60_000);
  t.equal(readRetryAfter("Sun, 29 Nov 2026 09:00:00 GMT", now), 0);
  for (const header of [undefined, "", "-1", "1.5", "soon", "99999999999"])
    t.equal(readRetryAfter(header, now), undefined, String(header));
});
