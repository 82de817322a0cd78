import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A process of the simulation that has said it is ready. It ends by itself when the simulation does. */
export interface ChildProgram<Ready> {
  readonly ready: Ready;
  readonly process: ChildProcess;
  /** Resolves when the process is gone, whoever ended it. */
  readonly gone: Promise<void>;
  /** kill -9: whatever it was doing, it does no more. */
  kill(): Promise<void>;
}

/** A program to start. */
export interface Program<Ready> {
  /** Compiled, in this folder. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  /**
   * True where the process hardly lives long enough for what is compiled for speed to pay: it takes a quarter
   * less time.
   */
  readonly shortLived?: boolean;
  /** Waits until it says that it is ready. */
  readonly ready: (child: ChildProcess) => Promise<Ready>;
  /** Gets what it writes to standard error. */
  readonly onLog: (line: string) => void;
}

/** Starts a program and waits until it is ready. */
export async function startProgram<Ready>(program: Program<Ready>): Promise<ChildProgram<Ready>> {
  const { file, args, env, shortLived = false, ready, onLog } = program;
  const child = fork(new URL(file, import.meta.url), [...args], {
    // Nothing of this process' environment but where programs are found: a variable of the developer's must not decide.
    env: { PATH: process.env["PATH"] ?? "", ...env },
    execArgv: shortLived ? ["--no-turbofan"] : [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  if (child.stderr !== null) createInterface(child.stderr).on("line", onLog);
  const exited = once(child, "exit");
  const gone = (async (): Promise<void> => void (await exited))();
  const first = await Promise.race([ready(child), gone]);
  if (first === undefined) throw new Error(`${file} ended before it was ready.`);
  child.stdout?.resume();
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  return { ready: first, process: child, gone, kill };
}

/** The last word of the first line that it writes to standard output. */
export async function lastWordOfFirstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("The program has no standard output.");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return line.split(" ").at(-1) ?? "";
}
