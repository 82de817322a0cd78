import { readFileSync } from "node:fs";

/**
 * How many files and connections this process may have open at once; where the system does not tell, what
 * most allow at least.
 */
export function descriptorsMax(): number {
  try {
    const line = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return line === null ? USUAL : Number(line[1]);
  } catch {
    return USUAL; // Linux alone has this file.
  }
}

const USUAL = 1024;
