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

/** Starts the program with `args` as JSON in its first argument. It is killed when the story ends. */
export function startChild<Answer>(t: Test, program: string, args: unknown): Child<Answer> {
  const child: ChildProcess = fork(new URL(program), [JSON.stringify(args)]);
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
