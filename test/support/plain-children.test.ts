import { spawnSync } from "node:child_process";
import t from "tap";

t.test("a program that a test starts runs without the hooks of the test runner", async (t) => {
  const { stdout } = spawnSync(process.execPath, ["-p", "process.env.NODE_OPTIONS"], { encoding: "utf8" });
  t.equal(stdout.trim(), "undefined");
});

t.test("a program without an extension starts", async (t) => {
  const folder = t.testdir({ command: 'import "node:fs";', "package.json": '{ "type": "module" }' });
  t.equal(spawnSync(process.execPath, [`${folder}/command`]).status, 0);
});
