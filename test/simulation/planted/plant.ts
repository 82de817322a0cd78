import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { type Ending, temporaryFolder } from "../database-place.js";
import type { PlantedBug } from "./planted-bug.js";

const DIST = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Copies the compiled service and plants the bug in the copy. Answers the copy's folder as a URL; it goes
 * away in the end.
 */
export function plant(ending: Ending, bug: PlantedBug): string {
  const texts = plantedTexts(bug);
  // Inside the package, so that the copy finds the same libraries.
  const folder = temporaryFolder(ending, DIST);
  for (const part of ["src", "gen"])
    cpSync(path.join(DIST, part), path.join(folder, part), { recursive: true });
  for (const [file, text] of texts) writeFileSync(path.join(folder, "src", file), text);
  return pathToFileURL(path.join(folder, "src")).href;
}

/**
 * What the changed files are with the bug. Throws where a text to change is not there exactly once: a bug
 * that is not planted would never be found.
 */
export function plantedTexts(bug: PlantedBug): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { file, from, to } of bug.changes) {
    const text = texts.get(file) ?? readFileSync(path.join(DIST, "src", file), "utf8");
    const parts = text.split(from);
    if (parts.length !== 2) {
      throw new Error(
        `The planted bug no longer fits ${file}: "${from}" is there ${parts.length - 1} times.`,
      );
    }
    texts.set(file, parts.join(to));
  }
  return texts;
}
