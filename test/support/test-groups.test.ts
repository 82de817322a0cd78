import { existsSync, readFileSync } from "node:fs";

import t from "tap";

import { PROOFS, withoutProofs } from "./proofs.js";
import { ALONE, compiledTests, groupTests, WITH_BROWSER, writeGroups } from "./test-groups.js";

t.test("every file is shared, with a browser or alone, and none twice", async (t) => {
  const files = Array.from({ length: 30 }, (_, index) => `dist/test/lib/f${index}.test.js`);
  const lone = "dist/test/bench/bench.test.js";
  const shopper = "dist/test/stories/browser.test.js";
  const story = "dist/test/stories/pay.test.js";
  const { alone, withBrowser, shared } = groupTests([...files, lone, shopper, story]);
  t.same(alone, [lone]);
  t.same(withBrowser, [shopper]);
  t.equal(shared[0], story, "what takes longest is begun first");
  t.same(shared.slice(1).toSorted(), files.toSorted());
  t.notSame(shared.slice(1), files, "neighbours in the alphabet are not run side by side");
  t.same(groupTests([...files.toReversed(), story]).shared, shared, "each run has the same order");
});

t.test("a run that begins while another goes on takes no file from it", async (t) => {
  const files = compiledTests();
  const first = writeGroups(files);
  const second = writeGroups(files);
  const own = first.programs.filter((program) => !ALONE.includes(program));
  t.notOk(own.some((program) => second.programs.includes(program)));
  t.equal(marks(first.programs).size, 1, "its processes see what the others of the run have taken");
  t.equal(marks([...first.programs, ...second.programs]).size, 2, "and none of what the other run has taken");
  second.remove();
  for (const program of own) t.ok(existsSync(program), program);
  first.remove();
  t.notOk(own.some((program) => existsSync(program)));
});

/** The folders in which these programs mark the files that they take. */
function marks(programs: readonly string[]): Set<string> {
  return new Set(programs.flatMap((program) => /"[^"]*taken"/.exec(readFileSync(program, "utf8")) ?? []));
}

t.test("each file that runs alone exists", async (t) => {
  for (const file of ALONE) t.ok(existsSync(file), file);
});

t.test("the files that open a window of the browser are in the group that shares it", async (t) => {
  const opens = /\/(browser-window|shopper|axe)\.js"/;
  const files = compiledTests().filter((file) => opens.test(readFileSync(file, "utf8")));
  t.same(files, WITH_BROWSER.toSorted());
});

t.test("what a plain run leaves out exists, and the gate runs it", async (t) => {
  const all = compiledTests();
  t.same([...withoutProofs(all), ...PROOFS].toSorted(), all);
  t.match(readFileSync(".ci/run", "utf8"), /^ *step .* npm run (--silent )?test:proofs$/m);
});
