import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

import type { Test } from "tap";

import { type Finished, run, runAlone } from "./command.js";

type Env = Record<string, string>;

/** Five seconds where nothing else runs; tests share their machine. What hangs, hangs for ever. */
const WITHIN_MS = 15_000;

/** Starts that cannot succeed: what is wrong with the environment, and how the sentence begins that says so. */
export type BrokenStarts = Readonly<Record<string, readonly [broken: Env, sentence: RegExp]>>;

/**
 * Runs them, two at a time, and holds each to its end and its sentence. The first `serve` has a process of its own,
 * which does end; of the others it is told that they end theirs.
 */
export async function endWithSentences(
  t: Test,
  command: readonly string[],
  env: Env,
  starts: BrokenStarts,
): Promise<void> {
  const waiting = Object.entries(starts);
  const ways = command[0] === "serve" ? [runAlone] : [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, [broken, sentence]] = next;
      const { finished, ms } = await timed(ways.pop() ?? run, { ...env, ...broken }, command);
      t.match(finished, { code: 1, stdout: "", stderr: sentence }, name);
      t.ok(ms < WITHIN_MS, `${name}: ${Math.round(ms)} ms`);
    }
  };
  await Promise.all([lane(), lane()]);
}

async function timed(
  way: typeof run,
  env: Env,
  command: readonly string[],
): Promise<{ finished: Finished; ms: number }> {
  const startedAt = performance.now();
  const finished = await way(env, command);
  return { finished, ms: performance.now() - startedAt };
}

/** Takes connections, and never says a word. */
export async function silentServer(t: Test): Promise<Server> {
  const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  return server;
}

/** The port that a server listens on. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Makes a pipe that nobody writes to. */
export function makePipe(file: string): void {
  execFileSync("mkfifo", [file]);
}
