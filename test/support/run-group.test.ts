import { spawnSync } from "node:child_process";

import t, { type Test } from "tap";

/** Runs files of this text, one after the other in one process, as a group does. */
function run(t: Test, ...texts: string[]) {
  const files = texts.map((text, index) => [`${index}.test.js`, `import t from "tap";\n${text}\n`]);
  const runner = new URL("run-group.js", import.meta.url).href;
  const paths = files.map(([name]) => name);
  const program = `const folder = new URL(".", import.meta.url);
    const { runGroup } = await import(${JSON.stringify(runner)});
    await runGroup(${JSON.stringify(paths)}.map((name) => new URL(name, folder).href), 500);`;
  // Inside the package, so that the files find tap.
  const folder = t.testdir({ ...Object.fromEntries(files), "run.js": program, "package.json": MODULE });
  const env = { ...process.env, TAP_CHILD_ID: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${folder}/run.js`], {
    encoding: "utf8",
    env,
  });
  return {
    status,
    stdout,
    stderr,
    ends: [...stdout.matchAll(/^# end of \S*(\d)\.test\.js/gm)].map(([, n]) => n),
  };
}

const MODULE = '{ "type": "module" }';

const FINE = 't.test("fine", async (t) => t.ok(1));';
const SLOW = 't.test("slow", async (t) => { await new Promise((go) => setTimeout(go, 50)); t.ok(1); });';

t.test("a file has the process for itself until its tests have ended, however it fails", async (t) => {
  const failing = ['throw new Error("thrown");', "t.comment(1);", "t.teardown(() => {});"];
  const { status, stdout, ends } = run(t, ...failing, SLOW, FINE);
  t.not(status, 0);
  t.same(ends, ["0", "1", "2", "3", "4"]);
  const [thrown, silent, ending, ...others] = stdout.split(/^# end of .*$/m);
  t.match(thrown, /not ok 1 - the file could not be run [^]* thrown/);
  t.match(silent, "not ok 2 - the file asserts nothing");
  t.match(ending, /not ok 3 [^]*runs alone/);
  t.match(others[0], "ok 4 - slow");
  t.match(others[1], "ok 5 - fine");
});

t.test("what a test leaves open is named, and has failed the run", async (t) => {
  const { status, stderr, ends } = run(t, `setInterval(() => {}, 1_000); ${FINE}`);
  t.equal(status, 1);
  t.match(stderr, "run.js: still open after the last test: ");
  t.match(stderr, "Timeout");
  t.same(ends, ["0"]);
});

t.test("what opens once the results are counted is named, and changes none of them", async (t) => {
  const open = 'process.once("beforeExit", () => setInterval(() => {}, 1_000));';
  const { status, stdout, stderr } = run(t, `${open} ${FINE}`);
  t.equal(status, 0);
  t.match(stdout, "ok 1 - fine");
  t.match(stderr, "still open after the last test: ");
});

t.test("a file that ends the process has failed the run", async (t) => {
  const { status, ends } = run(t, "t.ok(1); process.exit(0);", FINE);
  t.equal(status, 1);
  t.same(ends, []);
});
