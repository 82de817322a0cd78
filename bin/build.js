/**
 * Compiles `src`, `gen` and `test` to `dist` where they are newer than the last build, so that every command works
 * right after `npm ci`. Run as a program (`npm run build`) or imported for its effect.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, "dist", ".built");
const SOURCES = ["src", "gen", "test", "tsconfig.json", "package.json"];

/** Compiles where anything is newer than the stamp; a failed compilation ends the process with the compiler's text. */
export function buildStale() {
  const started = new Date();
  if (!SOURCES.some((source) => newerThan(path.join(root, source), modified(stamp)))) return;
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "--project", root], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, "");
  utimesSync(stamp, started, started); // A source saved while the compiler ran is stale, not built.
}

function newerThan(target, time) {
  if (modified(target) > time) return true;
  if (!statSync(target).isDirectory()) return false;
  return readdirSync(target).some((name) => newerThan(path.join(target, name), time));
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildStale();
