/**
 * Compiles `src`, `gen`, `test` and `tool` to `dist` where they are newer than the last build, so that every
 * command works right after `npm ci`, and bundles the operator's command from that. Run as a program (`npm
 * run build`) or imported for its effect.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { whileLocked } from "./lock.js";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, "dist");

/** The sources of the operator's command: half of all files, whose times it checks at every start. */
export const OF_THE_COMMAND = ["src", "gen", "tsconfig.json", "package.json", "bin/bundle.js"];
const EVERYTHING = [...OF_THE_COMMAND, "test", "tool"];

/**
 * Builds where any of these is newer than the last build. A failed build prints the compiler's errors and
 * ends the process.
 */
export function buildStale(sources = EVERYTHING) {
  requireInstalled();
  if (!isStale(sources)) return;
  requireInstalled("typescript");
  // Another process may have built while this one waited for the lock.
  const status = whileLocked(path.join(root, ".dist-lock"), () => (isStale(sources) ? build() : 0));
  if (status !== 0) process.exit(status);
}

/** Ends the process with what to do where a package is missing: Node itself would only print where it looked. */
export function requireInstalled(name = "") {
  if (existsSync(path.join(root, "node_modules", name))) return;
  process.stderr.write(
    `The packages of this project are not installed${name && `: ${name} is missing`}. Run: npm ci\n`,
  );
  process.exit(1);
}

function isStale(sources) {
  const built = modified(stampOf(dist));
  return sources.some((source) => newerThan(path.join(root, source), built));
}

/** Builds into a new folder and renames it: no process reads a half-written file, and no deleted source stays. */
function build() {
  // Some seconds in which nothing else is printed. Standard output is for what the command prints.
  process.stderr.write("building ...\n");
  const started = new Date();
  const fresh = emptied(".dist-new");
  const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
  const bundle = path.join(root, "bin", "bundle.js");
  const status = run([tsc, "--project", root, "--outDir", fresh]) || run([bundle, fresh]);
  if (status !== 0) {
    emptied(".dist-new");
    return status;
  }
  writeFileSync(stampOf(fresh), "");
  utimesSync(stampOf(fresh), started, started); // A source saved while the compiler ran is stale, not built.
  const old = emptied(".dist-old");
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  emptied(".dist-old");
  return 0;
}

function run(args) {
  return spawnSync(process.execPath, args, { stdio: ["ignore", 2, 2] }).status ?? 1;
}

function emptied(name) {
  const folder = path.join(root, name);
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

function stampOf(folder) {
  return path.join(folder, ".built");
}

// A folder counts too: its time changes when a file is added or removed.
function newerThan(target, time) {
  const stats = statSync(target, { throwIfNoEntry: false });
  if (!stats) return false;
  if (stats.mtimeMs > time) return true;
  if (!stats.isDirectory()) return false;
  return readdirSync(target).some((name) => newerThan(path.join(target, name), time));
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildStale();
