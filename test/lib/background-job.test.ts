import t, { type Test } from "tap";

import { runRepeatedly } from "../../src/lib/background-job.js";
import { signal } from "../support/database.js";

// The pauses keep no process alive, so this does.
const alive = setInterval(() => {}, 3_600_000);
t.teardown(() => clearInterval(alive));

t.test("the first round of a job begins when that of the job before it has ended, or soon", async (t) => {
  const seen: string[] = [];
  const [endless, last] = [signal(), signal()];
  const jobs = [
    runRepeatedly(
      3_600_000,
      async () => {
        seen.push("one begins");
        await new Promise((resolve) => setImmediate(resolve));
        seen.push("one has ended");
      },
      failures(t),
    ),
    runRepeatedly(
      3_600_000,
      async () => {
        seen.push("two begins");
        await endless.given;
      },
      failures(t),
    ),
    runRepeatedly(3_600_000, async () => last.give(), failures(t)),
  ];
  await last.given;
  t.same(seen, ["one begins", "one has ended", "two begins"]);
  endless.give();
  await Promise.all(jobs.map((job) => job.stop()));
});

t.test("a round that fails is reported, and followed by the next", async (t) => {
  const third = signal();
  const reported: unknown[] = [];
  let rounds = 0;
  const work = async () => {
    rounds++;
    if (rounds === 3) third.give();
    throw new Error(`round ${rounds}`);
  };
  const repeated = runRepeatedly(1, work, (error) => reported.push(error));
  await third.given;
  await repeated.stop();
  t.match(reported.slice(0, 3), [{ message: "round 1" }, { message: "round 2" }, { message: "round 3" }]);
});

t.test("what fails again and again is tried less and less often, and told how often", async (t) => {
  const times: number[] = [];
  const counts: number[] = [];
  const fourth = signal();
  const work = async () => {
    times.push(performance.now());
    if (times.length === 4) fourth.give();
    else throw new Error("away");
  };
  const repeated = runRepeatedly(20, work, (_, inARow) => counts.push(inARow));
  await fourth.given;
  await repeated.stop();
  t.same(counts, [1, 2, 3]);
  const [first = 0, second = 0, third = 0, last = 0] = times;
  t.ok(second - first >= 39 && third - second >= 79 && last - third >= 159, times.join(" "));
});

t.test("stopping tells the round under way, waits for it, and starts no other", async (t) => {
  const [begun, end] = [signal(), signal()];
  const seen: string[] = [];
  const repeated = runRepeatedly(
    1,
    async (stop) => {
      begun.give();
      await end.given;
      seen.push(stop.aborted ? "told" : "not told");
    },
    failures(t),
  );
  await begun.given;
  const stopped = repeated.stop().then(() => seen.push("stopped"));
  end.give();
  await stopped;
  t.same(seen, ["told", "stopped"]);
});

t.test("the pause ends when it is stopped", async (t) => {
  const done = signal();
  const repeated = runRepeatedly(3_600_000, async () => done.give(), failures(t));
  await done.given;
  await repeated.stop();
  t.pass("an hour was not waited for");
});

function failures(t: Test) {
  return (error: unknown): void => {
    t.fail(String(error));
  };
}
