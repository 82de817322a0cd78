import { setTimeout as sleep } from "node:timers/promises";

import t from "tap";

import { StartFailure, StartLimit } from "../../src/start/start-limit.js";

const never = new Promise<never>(() => {});

t.test("what does not answer in time is a failure that names its variable", async (t) => {
  const limit = new StartLimit(20);
  const failure = { name: "StartFailure", message: "DATABASE_URL: no answer." };
  await t.rejects(
    limit.during("DATABASE_URL", "no answer.", () => never),
    failure,
  );
  await t.rejects(
    limit.during("HOST", "no name.", () => never),
    { message: "HOST: no name." },
    "nothing is left for what comes behind it",
  );
});

t.test("what fails is named once", async (t) => {
  const limit = new StartLimit();
  await t.rejects(limit.during("DATA_DIR", "", fails("no room")), { message: "DATA_DIR: no room" });
  await t.rejects(limit.during("DATA_DIR", "", fails("DATA_DIR is bad")), { message: "DATA_DIR is bad" });
  const named = new StartFailure("SECRETS_KEY is not the key");
  await t.rejects(
    limit.during("DATA_DIR", "", () => Promise.reject(named)),
    named,
  );
});

t.test("work that has begun takes as long as it takes, and its time is not counted", async (t) => {
  const limit = new StartLimit(100);
  const long = limit.during("DATABASE_URL", "late", async (begun) => {
    begun();
    await sleep(150);
    return "done";
  });
  t.equal(await long, "done");
  t.equal(await limit.during("HOST", "late", () => "there"), "there");
});

function fails(message: string) {
  return () => {
    throw new Error(message);
  };
}
