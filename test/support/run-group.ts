import { once } from "node:events";

import t from "tap";

import { fileMark } from "./file-mark.js";

/** The limit that `.taprc` sets for a file that runs alone. */
const FILE_TIMEOUT_MS = Number(process.env["TAP_TIMEOUT"] ?? 300) * 1000;

/** A browser or a kept process needs two seconds to end. */
const ENDS_WITHIN_MS = 20_000;

/**
 * Runs compiled test files one after the other in this process, and prints a mark where each ends. To load the
 * service and to warm up takes longer than most files need for their tests. What keeps the process from ending after
 * them is named, and ended with it.
 */
export async function runGroup(files: Iterable<string>, endsWithinMs = ENDS_WITHIN_MS): Promise<void> {
  const state = { done: false };
  // A file that ends the process must not pass for the files behind it.
  process.once("exit", () => {
    if (!state.done) process.exitCode = 1;
  });
  refuseSharedEndings();
  for (const file of files) await runOne(file);
  state.done = true;
  setTimeout(endWhatIsOpen, endsWithinMs).unref();
}

/** Tap would wait for minutes, and then count a failure that names neither a test nor what is open. */
function endWhatIsOpen(): void {
  const open = process.getActiveResourcesInfo().join(", ");
  process.stderr.write(`${process.argv[1] ?? ""}: still open after the last test: ${open}\n`);
  // Where tap has not counted the results yet, a test has left something open that it had to close.
  process.exit(t.results === undefined ? 1 : process.exitCode);
}

/** A hook of the outermost test would apply to every file of the group, too late or too often. */
function refuseSharedEndings(): void {
  Object.assign(t, { teardown: refuse, beforeEach: refuse, afterEach: refuse });
}

function refuse(): never {
  throw new Error("A file with a beginning or an end of its own runs alone: see test/support/test-groups.ts");
}

async function runOne(file: string): Promise<void> {
  const begun = performance.now();
  const before = t.count;
  // Tap counts from the start of the process.
  t.setTimeout(begun + FILE_TIMEOUT_MS);
  try {
    await import(new URL(file, ROOT).href);
  } catch (error) {
    t.fail("the file could not be run to its end", { error });
  }
  // Not every file waits for its own tests.
  while (!t.idle) await once(t, "idle");
  if (t.count === before) t.fail("the file asserts nothing");
  t.comment(fileMark(file, performance.now() - begun));
}

/** Folder of the package. */
const ROOT = new URL("../../../", import.meta.url);
