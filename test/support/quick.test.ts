import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

import t from "tap";

import { QUICK } from "./quick.js";

t.test("everything that a quick run names is there", async (t) => {
  for (const name of QUICK) t.ok(existsSync(name), name);
});

t.test("the test command says what it can do, and runs nothing", async (t) => {
  const { status, stdout } = spawnSync(process.execPath, ["bin/test.js", "--help"], { encoding: "utf8" });
  t.equal(status, 0);
  t.match(stdout, /--quick.*TEST_DATABASE_URL.*npm test -- test\/stories\/refunds\.test\.ts/s);
  t.notMatch(stdout, /passed/);
});
