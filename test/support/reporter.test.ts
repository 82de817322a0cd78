import t from "tap";
import { createReporter } from "./reporter.js";

/** What the reporter makes of one test file whose results are these lines, and of how tap says that the file ended. */
function report(results: string, end = "ok 1 - dist/test/a.test.js # time=1500ms") {
  let text = "";
  const reporter = createReporter((chunk) => (text += chunk));
  const inner = results.replaceAll(/^/gm, "    ");
  reporter.input.end(`TAP version 14\n# Subtest: dist/test/a.test.js\n${inner}\n${end}\n1..1\n`);
  return { passed: reporter.passed, failed: reporter.failed, failures: reporter.failures, text };
}

const BADLY = "not ok 1 - dist/test/a.test.js # time=1500ms";

t.test("a failed assertion is told in full, under its source, its test and its own name", async (t) => {
  const results = [
    "# Subtest: pays once",
    "    not ok 1 - one payment",
    "      ---",
    "      diff: |",
    "        -1",
    "        +2",
    "      ...",
    "    ok 2 - then",
    "    1..2",
    "not ok 1 - pays once",
    "1..1",
  ].join("\n");
  const { passed, failed, failures, text } = report(results, BADLY);
  t.same([passed, failed], [1, 1], "assertions are counted, not the tests around them");
  t.match(text, "FAILED test/a.test.ts  1 passed, 1 failed, 1.5 s\n");
  t.match(text, "test/a.test.ts > pays once > one payment\n    diff:\n      -1\n      +2\n");
  t.equal(failures.length, 1, "it can be told once more when all have ended");
  t.ok(text.includes(failures.join("")));
});

t.test("a file that ends badly after its last assertion has failed", async (t) => {
  const { passed, failed, text } = report("ok 1 - fine\n1..1", `${BADLY}\n  ---\n  exitCode: 3\n  ...`);
  t.same([passed, failed], [1, 1]);
  t.match(text, "exitCode: 3");
});

t.test("a file that asserts nothing has failed", async (t) => {
  t.same(report("1..0").failed, 1);
  t.same(report("1..0", "ok 1 - dist/test/a.test.js # SKIP no tests found").failed, 1);
});

t.test("a skipped test and one left to do have failed", async (t) => {
  const { passed, failed, text } = report("ok 1 - fine\nok 2 - later # SKIP slow\nnot ok 3 - x # TODO\n1..3");
  t.same([passed, failed], [1, 2]);
  t.match(text, "test/a.test.ts > later  (skipped)");
  t.match(text, "test/a.test.ts > x  (left to do)");
});

t.test("tests that the caller did not ask for count nowhere", async (t) => {
  const { passed, failed } = report("ok 1 - fine\nok 2 - other # SKIP filter: /fine/\n1..2");
  t.same([passed, failed], [1, 0]);
  t.same(report("ok 1 - other # SKIP filter: /fine/\n1..1").failed, 0);
});

t.test("a file that passed is one line, with what the file printed before it", async (t) => {
  const { passed, failed, text } = report("ok 1 - fine\nprinted\nok 2 - too\n1..2");
  t.same([passed, failed], [2, 0]);
  t.equal(text.trim(), "printed\nok     test/a.test.ts  2 passed, 1.5 s");
});

t.test("a process that runs several files is told file by file", async (t) => {
  const first = "ok 1 - fine\n# end of dist/test/b.test.js # time=200ms";
  const second = "not ok 2 - wrong\nok 3 - fine\n# end of dist/test/c.test.js # time=300ms\n1..3";
  const { passed, failed, text } = report(`${first}\n${second}`, BADLY);
  t.same([passed, failed], [2, 1]);
  t.match(text, "ok     test/b.test.ts  1 passed, 0.2 s\n");
  t.match(text, "FAILED test/c.test.ts  1 passed, 1 failed, 0.3 s\n\n  test/c.test.ts > wrong\n");
  t.notMatch(text, "a.test", "the process itself is no file");
});

t.test("a process that ends badly between its files has failed", async (t) => {
  const results = "ok 1 - fine\n# end of dist/test/b.test.js # time=200ms\n1..1";
  const { passed, failed, text } = report(results, `${BADLY}\n  ---\n  exitCode: 1\n  ...`);
  t.same([passed, failed], [1, 1]);
  t.match(text, "exitCode: 1");
});
