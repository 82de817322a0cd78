import { mkdir, stat } from "node:fs/promises";
import path from "node:path";

/** Access for the owner only. */
const MODE = 0o700;

/**
 * Makes a folder and its missing parents, accessible to their owner only. Leaves an existing folder
 * unchanged. Throws where the path is a file.
 *
 * Not Node's `recursive`, which loops forever in a folder in which nothing can be made, such as /proc.
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
