import * as fc from "fast-check";
import t from "tap";

import {
  chargeTimes,
  isOver,
  isSilent,
  nextAskAt,
  attemptReference,
  parseAttemptReference,
  stepTimes,
} from "../../src/domain/attempt.js";

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

t.test("a shopper's step is asked about while it lasts, and exactly when its time is over", async (t) => {
  const times = stepTimes(5 * DAY, 5 * DAY + 30 * MINUTE);
  t.equal(nextAskAt(times, 5 * DAY), 5 * DAY + MINUTE);
  t.equal(nextAskAt(times, 5 * DAY + 15 * MINUTE), 5 * DAY + 30 * MINUTE);
  t.equal(nextAskAt(times, 5 * DAY + 30 * MINUTE), 5 * DAY + 60 * MINUTE, "again, if that told nothing");
});

const NOT_OURS = [
  "",
  "-1",
  "cs_",
  "cs_abc",
  "cs_abc-",
  "cs_-1",
  "cs_abc-0",
  "cs_abc-01",
  "cs_abc-1000000",
  "cs_abc-1.5",
  "cs_abc--1",
  "cs_abc-1-2",
  "cs_abc-1 ",
  " cs_abc-1",
  "cs_abc-1\n",
  "cs_abc-١",
  "cs_äbc-1",
  "cs_a_c-1",
  "CS_abc-1",
  "re_abc-1",
  "pi_-1",
  "pi_abc",
  `cs_${"a".repeat(61)}-1`,
];

for (const text of NOT_OURS) {
  t.test(`${JSON.stringify(text.slice(0, 20))} names no attempt`, async (t) => {
    t.equal(parseAttemptReference(text), undefined);
  });
}

t.test("a reference leads back to its subject and attempt", async () => {
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const random = fc.string({ unit: fc.constantFrom(...Array.from(letters)), minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(random, fc.integer({ min: 1, max: 999_999 }), (text, attempt) => {
      const read = parseAttemptReference(attemptReference(`cs_${text}`, attempt));
      return read?.targetId === `cs_${text}` && read.attempt === attempt;
    }),
  );
});

t.test("no other text than its own leads to a subject and attempt", async () => {
  const nearly = fc.stringMatching(/^(cs|pi)_[0-9A-Za-z-]{1,8}-?[0-9]{0,7}$/);
  fc.assert(
    fc.property(nearly, (text) => {
      const read = parseAttemptReference(text);
      return read === undefined || attemptReference(read.targetId, read.attempt) === text;
    }),
  );
});

t.test("a reference tells what it is made for", async (t) => {
  t.same(parseAttemptReference("cs_abc-1"), { kind: "session", targetId: "cs_abc", attempt: 1 });
  t.same(parseAttemptReference("pi_abc-12"), { kind: "payment_intent", targetId: "pi_abc", attempt: 12 });
});
