import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

import type { Test } from "tap";

/** A second process of a story, told and answering by messages. */
export interface Child<Answer> {
  /** Every message so far, in order. */
  readonly answers: readonly Answer[];
  tell(message: string): void;
  /** The process is gone at once, whatever it was doing. */
  kill(): Promise<void>;
  /** Resolves once it has ended by itself; rejects if it failed. */
  ended(): Promise<void>;
}

/**
 * For V8, where a process of ours is started to end soon: its optimizing compiler works for code that has run its
 * course by then, a quarter of the CPU of a start.
 */
export const SHORT_LIVED = ["--no-opt"];

/** Starts the program with `args` as JSON in its first argument. It is killed when the story ends. */
export function startChild<Answer>(t: Test, program: string, args: unknown): Child<Answer> {
  const child: ChildProcess = fork(new URL(program), [JSON.stringify(args)], { execArgv: SHORT_LIVED });
  const exit = once(child, "exit");
  const answers: Answer[] = [];
  child.on("message", (message) => answers.push(message as Answer));
  const kill = async () => {
    child.kill("SIGKILL");
    await exit;
  };
  t.teardown(kill);
  return {
    answers,
    tell: (message) => void child.send(message),
    kill,
    ended: async () => {
      const [code, signal] = (await exit) as [number | null, string | null];
      if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}`);
    },
  };
}
