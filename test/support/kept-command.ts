import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { SHORT_LIVED } from "./child.js";
import type { Finished } from "./command.js";

/** What a kept process is told. */
export interface CommandOrder {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** All that its standard input has. */
  readonly input: string;
}

/** Stands behind each output of a command: behind its exit code in the standard error. */
export const END = "\u0000";

/** The process that waits for a command, if any. */
let waiting: KeptProcess | undefined;

/**
 * Runs a command in a process that has run others: to load it takes longer than to run it. Two at once have a process
 * each.
 */
export async function runKept(order: CommandOrder): Promise<Finished> {
  const kept = waiting ?? new KeptProcess();
  waiting = undefined;
  const finished = await kept.run(order);
  if (waiting === undefined && kept.isAlive) waiting = kept;
  else kept.end();
  return finished;
}

const PROGRAM = fileURLToPath(new URL("command-process.js", import.meta.url));

/** While it waits for a command it does not keep the process of the tests alive. */
class KeptProcess {
  readonly #child: ChildProcess;
  #output = { stdout: "", stderr: "" };
  #finish: (finished: Finished) => void = () => {};

  constructor() {
    const stdio = ["ignore", "pipe", "pipe", "ipc"] as const;
    this.#child = spawn(process.execPath, [...SHORT_LIVED, PROGRAM], { env: {}, stdio: [...stdio] });
    for (const name of ["stdout", "stderr"] as const) {
      this.#child[name]?.setEncoding("utf8").on("data", (text: string) => {
        this.#output[name] += text;
        this.#look();
      });
    }
    this.#child.on("close", (code) => this.#finish({ code, ...this.#output }));
  }

  get isAlive(): boolean {
    return this.#child.connected;
  }

  async run(order: CommandOrder): Promise<Finished> {
    this.#hold(true);
    this.#output = { stdout: "", stderr: "" };
    const finished = new Promise<Finished>((resolve) => (this.#finish = resolve));
    this.#child.send(order);
    try {
      return await finished;
    } finally {
      this.#hold(false);
    }
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #look(): void {
    const { stdout, stderr } = this.#output;
    const code = ENDED.exec(stderr);
    if (code === null || !stdout.endsWith(END)) return;
    this.#finish({ code: Number(code[1]), stdout: stdout.slice(0, -1), stderr: stderr.slice(0, code.index) });
  }

  #hold(isHeld: boolean): void {
    const { stdout, stderr, channel } = this.#child;
    for (const part of [this.#child, channel, stdout, stderr] as (Held | null | undefined)[]) {
      if (isHeld) part?.ref();
      else part?.unref();
    }
  }
}

const ENDED = new RegExp(`(\\d+)${END}$`);

interface Held {
  ref(): void;
  unref(): void;
}
