import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";

/**
 * Yields the test files that this process runs: `first`, and then each of `others` that no other process has taken when
 * its turn comes. So all processes end at about the same time, whatever each file takes. What is taken is marked in
 * `folder`, which is empty when the run begins.
 */
export function* takeFiles(first: string, others: readonly string[], folder: string): Generator<string> {
  yield first;
  for (const [index, file] of others.entries()) {
    if (!takes(path.join(folder, String(index)))) continue;
    tellProgress(readdirSync(folder).length, others.length);
    yield file;
  }
}

/** To make a folder succeeds for one process only. */
function takes(mark: string): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Tap shows what a process found when it has ended, which is minutes later; a log needs nothing before that. */
function tellProgress(begun: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${begun} of ${all} test files begun `);
}
