import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { type Ending, temporaryFolder } from "../place.js";
import type { Change, PlantedBug } from "./planted-bugs.js";

/** Copies the compiled service and plants the bug in the copy. Answers the copy's folder as a URL; it goes away in the end. */
export function plant(ending: Ending, bug: PlantedBug): string {
  const dist = fileURLToPath(new URL("../../../", import.meta.url));
  // Inside the package, so that the copy finds the same libraries.
  const folder = temporaryFolder(ending, dist);
  for (const part of ["src", "gen"])
    cpSync(path.join(dist, part), path.join(folder, part), { recursive: true });
  for (const change of bug.changes) apply(path.join(folder, "src"), change);
  return pathToFileURL(path.join(folder, "src")).href;
}

/** Throws where the text to change is not there exactly once: a bug that is not planted would never be found. */
function apply(service: string, { file, from, to }: Change): void {
  const target = path.join(service, file);
  const parts = readFileSync(target, "utf8").split(from);
  if (parts.length !== 2) {
    throw new Error(`The planted bug no longer fits ${file}: "${from}" is there ${parts.length - 1} times.`);
  }
  writeFileSync(target, parts.join(to));
}
