import { mkdir, stat } from "node:fs/promises";
import path from "node:path";

/** For its owner only. */
const MODE = 0o700;

/**
 * Makes a folder, for its owner only, with those above it that are missing. One that is there is left as it is.
 *
 * Not Node's `recursive`, which tries for ever where a folder can be seen and nothing be made in it, such as /proc.
 */
export async function makeFolder(folder: string): Promise<void> {
  const absolute = path.resolve(folder);
  try {
    await makeOne(absolute);
  } catch (error) {
    const parent = path.dirname(absolute);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === absolute) throw error;
    await makeFolder(parent);
    await makeOne(absolute);
  }
}

async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: MODE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (!(await stat(folder)).isDirectory()) throw new Error(`${folder} is not a folder.`, { cause: error });
  }
}
