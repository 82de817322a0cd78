import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

import type { Driven } from "./drive.js";

/** Requests that are sent in turn, over and over again, and what must come back. */
export interface WrkWork {
  /** Connections are shared out evenly among them. */
  readonly ports: readonly number[];
  readonly connections: number;
  readonly requests: readonly Buffer[];
  /** An answer is right if it is 200 and holds all of these. */
  readonly texts: readonly string[];
  /**
   * Of each right answer on the wire, where all are equally long. Then nothing looks for the texts: that no
   * answer is an error, and the sum of bytes, say that all were right, and the load costs a fifth less.
   */
  readonly answerBytes?: number | undefined;
}

/**
 * A closed loop of wrk, which costs half of what our own connections cost the cores that it shares with the
 * servers. A fixed rate it does not know: its times would be those of a closed loop, in which a call that was
 * never made because the server stood still counts as none.
 */
export async function wrkLoop(work: WrkWork, seconds: number): Promise<Driven> {
  const stop = new AbortController();
  try {
    const runs = await Promise.all(work.ports.map((port) => run(work, port, seconds, stop.signal)));
    const calls = sum(runs.map(({ requests }) => requests));
    // Each has its own time, so it is the rates that add up.
    const rate = sum(runs.map(({ requests, microseconds }) => (requests / microseconds) * 1e6));
    return { calls, seconds: calls / rate };
  } finally {
    stop.abort(); // Where one has failed, the other has nothing left to do.
  }
}

/** What the script prints in the end, behind what wrk prints. */
interface Run {
  readonly requests: number;
  readonly microseconds: number;
  readonly bytes: number;
  readonly socketErrors: number;
  /** Answers of 400 and above. */
  readonly statusErrors: number;
}

/** From the root of the project: what is compiled lies elsewhere. */
const SCRIPT = "test/bench/load/wrk.lua";

/** How long a server may say nothing at all. */
const PATIENCE_S = 2;

/** One process of one thread for each server: a server has one thread too, and they share two cores. */
async function run(work: WrkWork, port: number, seconds: number, signal: AbortSignal): Promise<Run> {
  const { requests, answerBytes } = work;
  const running = promisify(execFile)("wrk", argumentsOf(work, port, seconds), { signal });
  running.child.stdin?.on("error", () => {}); // It ended before it read them: its exit code says so.
  running.child.stdin?.end(requests.join("\0"));
  // Where it says nothing, it ends by itself, and `running` tells how.
  endAfter(running.child, seconds).catch(() => {});
  const { stdout } = await running;
  const result = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Run;
  const problem = problemOf(result, answerBytes);
  if (problem !== undefined) throw new Error(`${problem}:\n${stdout}`);
  return result;
}

function argumentsOf(work: WrkWork, port: number, seconds: number): readonly string[] {
  const { ports, connections, texts, answerBytes } = work;
  const own = connections / ports.length;
  const forWrk = ["-t1", `-c${own}`, `-d${Math.ceil(seconds) + PATIENCE_S}s`, "-s", SCRIPT];
  const forScript = [String(own), ...(answerBytes === undefined ? texts : [])];
  return [...forWrk, `http://127.0.0.1:${port}`, "--", ...forScript];
}

function problemOf(run: Run, answerBytes: number | undefined): string | undefined {
  const { requests, bytes, socketErrors, statusErrors } = run;
  if (socketErrors > 0) return `${socketErrors} errors of sockets`;
  if (requests === 0) return "No answer";
  if (statusErrors > 0) return `${statusErrors} answers of 400 and above`;
  if (answerBytes === undefined || bytes === requests * answerBytes) return undefined;
  return `Not ${requests} answers of ${answerBytes} bytes`;
}

/** wrk knows whole seconds only, but ends at an interrupt as it does when its time is up. */
async function endAfter(wrk: ChildProcess, seconds: number): Promise<void> {
  if (wrk.stderr !== null) await once(wrk.stderr, "data"); // The script says that the first answer is there.
  setTimeout(() => wrk.kill("SIGINT"), seconds * 1000).unref();
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
