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

/** Starts a compiled program of this folder and waits for its first message. `onLog` gets what it writes to standard error. */
export async function startProgram<Ready>(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  onLog: (line: string) => void,
): Promise<ChildProgram<Ready>> {
  const child = fork(new URL(file, import.meta.url), [...args], {
    // Nothing of this process' environment but where programs are found: a variable of the developer's must not decide.
    env: { PATH: process.env["PATH"] ?? "", ...env },
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  if (child.stderr !== null) createInterface(child.stderr).on("line", onLog);
  const exited = once(child, "exit");
  const gone = (async (): Promise<void> => void (await exited))();
  const first = await Promise.race([once(child, "message"), gone]);
  if (first === undefined) throw new Error(`${file} ended before it was ready.`);
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  return { ready: (first as [Ready])[0], process: child, gone, kill };
}
