import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * Processes that share the files which need none of their own: as many as tap runs at a time (`.taprc`). Each loads the
 * service and has it compiled anew, which takes as much CPU as a dozen stories.
 */
const SHARING = 3;

/** Where each run has a folder of its own: two at once must not take files from each other. */
const FOLDER = path.join("dist", "test-groups");

/**
 * Test files that need a process each: the slowest, which then run in parallel, and those with a server or a timer that
 * lasts as long as the file. Each loads what it tests anew, which takes two seconds.
 */
export const ALONE = [
  "simulation/server",
  "simulation/embedded",
  "simulation/planted/found-bugs",
  "bench/bench",
  "stress/stress",
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

/** The programs of one run, in a folder that `remove` removes with them. */
export interface Groups {
  readonly programs: readonly string[];
  readonly remove: () => void;
}

/**
 * Writes the programs that run these compiled tests: one for each file of `ALONE`, one for those with a browser, and a
 * few that share the rest.
 */
export function writeGroups(files: readonly string[]): Groups {
  const { alone, withBrowser, shared } = groupTests(files);
  mkdirSync(FOLDER, { recursive: true });
  const folder = mkdtempSync(path.join(FOLDER, "run-"));
  const programs = [
    ...alone,
    // Tap begins with what comes first in the alphabet, and nothing takes as long.
    ...(withBrowser.length > 0
      ? [writeProgram(folder, "browser", JSON.stringify(withBrowser, null, 2))]
      : []),
    ...writeSharing(folder, shared),
  ];
  return { programs, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Every compiled test file. */
export function compiledTests(): string[] {
  return readdirSync(path.join("dist", "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.js"))
    .map((name) => path.join("dist", "test", name))
    .toSorted();
}

/** Who runs which of these files. The slow ones come first among those that are shared, so that none is begun last. */
export function groupTests(
  files: readonly string[],
): Readonly<Record<"alone" | "withBrowser" | "shared", string[]>> {
  const shared = files.filter((file) => !ALONE.includes(file) && !WITH_BROWSER.includes(file));
  return {
    alone: ALONE.filter((file) => files.includes(file)),
    withBrowser: WITH_BROWSER.filter((file) => files.includes(file)),
    shared: [...spread(shared.filter(isSlow)), ...spread(shared.filter((file) => !isSlow(file)))],
  };
}

/**
 * In an order that is the same in each run, and has nothing to do with the names: files that wait for time-outs are
 * neighbours in the alphabet, and all processes waited at once.
 */
function spread(files: readonly string[]): string[] {
  const placed = files.map((file) => ({ file, place: createHash("sha256").update(file).digest("hex") }));
  return placed.toSorted((a, b) => a.place.localeCompare(b.place)).map(({ file }) => file);
}

function isSlow(file: string): boolean {
  return SLOW_ROOMS.some((room) => file.startsWith(compiledRoom(room)));
}

/** Rooms whose files start services and processes. */
const SLOW_ROOMS = ["stories", "sandbox", "db", "clients", "client"];

function compiledRoom(room: string): string {
  return path.join("dist", "test", room) + path.sep;
}

function compiled(name: string): string {
  return path.join("dist", "test", `${name}.test.js`);
}

/** Each program has a first file of its own, so that none has nothing to run. */
function writeSharing(folder: string, files: readonly string[]): string[] {
  // With a mark for each shared file that a process has taken.
  const taken = path.join(folder, "taken");
  mkdirSync(taken);
  const firsts = files.slice(0, SHARING);
  const others = JSON.stringify(files.slice(SHARING), null, 2);
  return firsts.map((first, index) => {
    const takes = `takeFiles(${JSON.stringify(first)}, ${others}, ${JSON.stringify(taken)})`;
    return writeProgram(folder, `sharing-${index + 1}`, takes);
  });
}

function writeProgram(folder: string, name: string, files: string): string {
  const program = path.join(folder, `${name}.js`);
  const imports = [
    'import { runGroup } from "../../test/support/run-group.js";',
    'import { takeFiles } from "../../test/support/shared-files.js";',
  ];
  writeFileSync(program, `${imports.join("\n")}\n\nawait runGroup(${files});\n`);
  return program;
}
