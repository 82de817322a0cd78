import { once } from "node:events";

import t from "tap";

import { fileMark } from "./file-mark.js";

/** The limit that `.taprc` sets for a file that runs alone. */
const FILE_TIMEOUT_MS = Number(process.env["TAP_TIMEOUT"] ?? 300) * 1000;

/**
 * Runs compiled test files one after the other in this process, and prints a mark where each ends. To load the
 * service and to warm up takes longer than most files need for their tests.
 */
export async function runGroup(files: Iterable<string>): Promise<void> {
  const state = { done: false };
  // A file that ends the process must not pass for the files behind it.
  process.once("exit", () => {
    if (!state.done) process.exitCode = 1;
  });
  refuseSharedEndings();
  for (const file of files) await runOne(file);
  state.done = true;
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
