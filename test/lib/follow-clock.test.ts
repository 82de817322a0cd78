import * as fc from "fast-check";
import t from "tap";

import { followClock } from "../../src/lib/follow-clock.js";

const NOON = Date.parse("2026-11-22T12:00:00Z");
const HOUR = 3_600_000;

/** A clock elsewhere, and this machine's time that no one sets. Nothing passes but by `pass`. */
class Machines {
  steady = 1000;
  elsewhere = NOON;
  /** How long a question, and an answer, are on their way. */
  way = 0;

  pass(milliseconds: number): void {
    this.steady += milliseconds;
    this.elsewhere += milliseconds;
  }

  ask = async (): Promise<number> => {
    this.pass(this.way);
    const shown = Math.floor(this.elsewhere);
    this.pass(this.way);
    return shown;
  };

  follow = () => followClock(this.ask, () => this.steady);
}

t.test("a clock that does not answer a time is an error", async (t) => {
  await t.rejects(
    followClock(() => Promise.resolve(Number.NaN)),
    /what time it is/,
  );
});

t.test("between two questions time goes on by what no one sets", async (t) => {
  const machines = new Machines();
  const clock = await machines.follow();
  machines.pass(59_999.5);
  t.equal(clock.now(), NOON + 59_999);
  t.equal(clock.evenMs(), 59_999.5);
});

t.test("a first question that had to wait for a connection does not make the time wrong", async (t) => {
  const machines = new Machines();
  let opening = 300;
  const ask = () => {
    machines.pass(opening);
    opening = 0;
    return machines.ask();
  };
  const clock = await followClock(ask, () => machines.steady);
  t.equal(clock.now(), NOON + 300);
});

t.test("a slow answer does not make a good measurement worse", async (t) => {
  const machines = new Machines();
  const clock = await machines.follow();
  machines.way = 3000;
  t.equal(await clock.read(), NOON + 3000, "it answers what the clock showed");
  t.equal(clock.now(), NOON + 6000);
  t.equal(clock.evenMs(), 6000, "that was no jump");
});

t.test("who follows never goes back by a correction", async (t) => {
  const machines = new Machines();
  const clock = await machines.follow();
  machines.pass(10_000);
  t.equal(clock.now(), NOON + 10_000);
  machines.elsewhere -= 50; // What was followed is slower.
  await clock.read();
  t.equal(clock.now(), NOON + 10_000);
  machines.pass(51);
  t.equal(clock.now(), NOON + 10_001);
  t.equal(clock.evenMs(), 10_051);
});

for (const [way, jump] of [
  ["forward", HOUR],
  ["back", -HOUR],
] as const) {
  t.test(`a jump ${way} of the clock that is followed is followed, and remembered`, async (t) => {
    const machines = new Machines();
    const clock = await machines.follow();
    machines.pass(10_000);
    clock.now();
    machines.elsewhere += jump;
    t.equal(await clock.read(), NOON + 10_000 + jump);
    t.equal(clock.now(), NOON + 10_000 + jump);
    t.equal(clock.evenMs(), 0, "nothing may be given up for its age now");
    machines.pass(500);
    await clock.read();
    t.equal(clock.evenMs(), 500);
  });
}

t.test("a process that was stopped while time went on has lost the time", async (t) => {
  const machines = new Machines();
  const clock = await machines.follow();
  machines.elsewhere += HOUR; // The machine slept: its steady time stood still.
  t.equal(clock.now(), NOON);
  t.equal(await clock.read(), NOON + HOUR);
  t.equal(clock.now(), NOON + HOUR);
  t.equal(clock.evenMs(), 0);
});

t.test("two who follow one clock differ by what their answers took at most, and by drift", async (t) => {
  const step = fc.record({
    pass: fc.double({ min: 0, max: 5000, noNaN: true }),
    way: fc.double({ min: 0, max: 200, noNaN: true }),
  });
  const steps = fc.array(step, { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const machines = new Machines();
      const clock = await machines.follow();
      let before = clock.now();
      for (const { pass, way } of steps) {
        machines.pass(pass);
        machines.way = way;
        await clock.read();
        const now = clock.now();
        t.ok(
          now >= before && Math.abs(now - machines.elsewhere) <= 2,
          `${now} is near ${machines.elsewhere}`,
        );
        before = now;
      }
      t.equal(clock.evenMs(), machines.steady - 1000);
    }),
  );
});
