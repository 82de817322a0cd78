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
 * Test files that need a process each: the slowest, which then run in parallel, and those with a server or a timer that
 * lasts as long as the file. Slowest first. Each loads what it tests anew, which takes two seconds.
 */
export const ALONE = [
  "simulation/server",
  "simulation/embedded",
  "simulation/planted/found-bugs",
  "bench/bench",
  "stress/stress",
  "tool/openapi",
  "tidy",
  "rooms",
  "lib/background-job",
  "db/unusable-connections",
].map(compiled);

/** Test files with a browser, which share one. */
export const WITH_BROWSER = [
  "stories/browser-detours",
  "stories/browser",
  "stories/saved-cards-browser",
  "stories/accessibility",
  "stories/docs",
  "sandbox/chromium",
  "stories/database-away",
].map(compiled);

/**
 * Writes and returns the programs that run these compiled tests: one for each file of `ALONE`, one for those with a
 * browser, and a few for the rest.
 */
export function writeGroups(files: readonly string[]): string[] {
  const { alone, withBrowser, groups } = groupTests(files);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return [
    ...alone,
    // Tap begins with what comes first in the alphabet, and no other group takes as long.
    ...(withBrowser.length > 0 ? [writeGroup("browser", withBrowser)] : []),
    ...groups.map((group, index) => writeGroup(`group-${index + 1}`, group)),
  ];
}

/** Every compiled test file. */
export function compiledTests(): string[] {
  return readdirSync(path.join("dist", "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => path.join("dist", "test", name))
    .toSorted();
}

/** Deals the other files to the groups in turn: neighbours take about as long, so the groups do too. */
export function groupTests(files: readonly string[]): Record<"alone" | "withBrowser", string[]> & {
  groups: string[][];
} {
  const alone = ALONE.filter((file) => files.includes(file));
  const withBrowser = WITH_BROWSER.filter((file) => files.includes(file));
  const groups: string[][] = Array.from({ length: GROUPS }, () => []);
  const others = files.filter((file) => !ALONE.includes(file) && !WITH_BROWSER.includes(file));
  others.forEach((file, index) => groups[index % GROUPS]?.push(file));
  return { alone, withBrowser, groups: groups.filter((group) => group.length > 0) };
}

function compiled(name: string): string {
  return path.join("dist", "test", `${name}.test.js`);
}

function writeGroup(name: string, files: readonly string[]): string {
  const program = path.join(FOLDER, `${name}.js`);
  const list = JSON.stringify(files, null, 2);
  writeFileSync(
    program,
    `import { runGroup } from "../test/support/run-group.js";\n\nawait runGroup(${list});\n`,
  );
  return program;
}
