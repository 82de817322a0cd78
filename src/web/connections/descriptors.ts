import { readFileSync } from "node:fs";

/** How many file descriptors this process may have open (`ulimit -n`). 1024 where the system does not tell. */
export function descriptorsMax(): number {
  try {
    const line = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return line === null ? USUAL : Number(line[1]);
  } catch {
    return USUAL; // Only Linux has this file.
  }
}

const USUAL = 1024;
