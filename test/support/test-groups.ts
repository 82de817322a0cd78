import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * More groups than processes, so that the last ones end together; not many more, since each group loads the service
 * and has it compiled anew, which takes as much CPU as a dozen stories.
 */
const GROUPS = 5;

/** Folder of the programs that run the groups. */
const FOLDER = path.join("dist", "test-groups");

/**
 * Test files that need a process each: the slowest, which then run in parallel, and those with a browser, a server or a
 * timer that lasts as long as the file. Slowest first. Each loads what it tests anew, which takes two seconds.
 */
export const ALONE = [
  "simulation/server",
  "simulation/embedded",
  "simulation/planted/found-bugs",
  "bench/bench",
  "stories/browser-detours",
  "stories/browser",
  "stories/accessibility",
  "stories/saved-cards-browser",
  "stress/stress",
  "tool/openapi",
  "tidy",
  "rooms",
  "lib/background-job",
  "db/unusable-connections",
].map((name) => path.join("dist", "test", `${name}.test.js`));

/**
 * Writes and returns the programs that run these compiled tests: one for each file of `ALONE`, and a few for
 * the rest.
 */
export function writeGroups(files: readonly string[]): string[] {
  const { alone, groups } = groupTests(files);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return [...alone, ...groups.map(writeGroup)];
}

/** Every compiled test file. */
export function compiledTests(): string[] {
  return readdirSync(path.join("dist", "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => path.join("dist", "test", name))
    .toSorted();
}

/** Deals the files to the groups in turn: neighbours take about as long, so the groups do too. */
export function groupTests(files: readonly string[]): { alone: string[]; groups: string[][] } {
  const alone = ALONE.filter((file) => files.includes(file));
  const groups: string[][] = Array.from({ length: GROUPS }, () => []);
  files.filter((file) => !ALONE.includes(file)).forEach((file, index) => groups[index % GROUPS]?.push(file));
  return { alone, groups: groups.filter((group) => group.length > 0) };
}

function writeGroup(files: readonly string[], index: number): string {
  const program = path.join(FOLDER, `group-${index + 1}.js`);
  const list = JSON.stringify(files, null, 2);
  writeFileSync(
    program,
    `import { runGroup } from "../test/support/run-group.js";\n\nawait runGroup(${list});\n`,
  );
  return program;
}
