import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, realpathSync } from "node:fs";
import { createReporter, type Reporter } from "./reporter.js";

const TAP = "node_modules/tap/dist/esm/run.mjs";

/** Before tap's own, which its own configuration cannot leave out. */
const FIRST = `--import=${new URL("no-hooks.js", import.meta.url).href}`;

/** What tap made of its plugins; `npm ci` brings it as published, with all default plugins. */
const BUILT = "node_modules/@tapjs/test/test-built";

/** Tap takes this long at most to end its tests once it is told to. */
const STOP_WITHIN_MS = 10_000;

/**
 * Makes tap leave out the TypeScript plugin, as `.taprc` asks, once after an installation. Tap would do it by itself
 * in its first run, but that run has loaded the plugin already and fails.
 */
export async function buildTap(): Promise<void> {
  if (isTapBuilt()) return;
  const built = spawn(process.execPath, [TAP, "build"], { stdio: ["ignore", 2, 2] });
  const [status] = (await once(built, "close")) as [number | null];
  if (status !== 0 || !isTapBuilt()) throw new Error("tap could not be built without its TypeScript plugin.");
}

function isTapBuilt(): boolean {
  try {
    const text = readFileSync(`${BUILT}/dist/esm/index.js`, "utf8");
    if (text.includes("@tapjs/typescript")) return false;
    // A folder that was copied still leads to the tap of the folder that it was copied from.
    return realpathSync(`${BUILT}/node_modules/@tapjs/core`) === realpathSync("node_modules/@tapjs/core");
  } catch {
    return false; // Parts are missing.
  }
}

/** The counts of a run, and how tap itself ended. */
export interface Outcome extends Pick<Reporter, "passed" | "failed" | "failures"> {
  exitCode: number;
}

/** Runs tap, reporting to standard output; `stop` ends it early. */
export async function runTap(args: string[], env: NodeJS.ProcessEnv, stop: AbortSignal): Promise<Outcome> {
  stop.throwIfAborted();
  const reporter = createReporter((text) => process.stdout.write(text));
  // The last reporter named wins: the counts come from tap's plain output. A group of its own, because tap leaves
  // running test files behind when it is stopped.
  const tap = spawn(process.execPath, [TAP, "run", ...args, "--reporter=tap"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...env, NODE_OPTIONS: `${FIRST} ${env["NODE_OPTIONS"] ?? ""}`.trimEnd() },
    detached: true,
  });
  tap.stdout.pipe(reporter.input);
  stop.addEventListener("abort", () => {
    kill(tap, "SIGTERM");
    setTimeout(() => kill(tap, "SIGKILL"), STOP_WITHIN_MS).unref();
  });
  const [code] = (await once(tap, "close")) as [number | null];
  if (stop.aborted) kill(tap, "SIGKILL");
  const { passed, failed, failures } = reporter;
  return { passed, failed, failures, exitCode: code ?? 1 };
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The whole group has ended already.
  }
}
