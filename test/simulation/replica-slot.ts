import type { ChildProcess } from "node:child_process";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { type ChildProgram, startProgram } from "./child-program.js";
import type { History } from "./history.js";
import type { ReplicaOrder, ReplicaWord } from "./replica-orders.js";
import { hearLog } from "./service-log.js";

/** How to start a replica: the folder of the bundled service and the environment. */
export interface ReplicaSetting {
  readonly service: string;
  readonly env: Record<string, string>;
}

/** A replica that is to stop at a point. */
export interface Stopped {
  /** Resolves when it has come there; never, where it does not. */
  readonly waiting: Promise<void>;
  goOn(): void;
}

/**
 * The place of one replica: one process serves there, and after its death the next one. That one has loaded its program
 * beforehand, which is the longest part of a start.
 */
export class Replica {
  url = "";
  up = false;
  deaths = 0;
  readonly #history: History;
  readonly #name: string;
  readonly #setting: ReplicaSetting;
  #serving: ChildProgram<unknown> | undefined;
  #spare: Promise<ChildProgram<unknown>> | undefined;
  #starting: Promise<void> | undefined;
  #stopped = false;
  #deadly: string | undefined;
  #ahead = 0;

  constructor(history: History, name: string, setting: ReplicaSetting) {
    this.#history = history;
    this.#name = name;
    this.#setting = setting;
  }

  async start(): Promise<void> {
    const program = await (this.#spare ?? this.#load());
    this.#spare = undefined;
    // The port of the first start is kept: a load balancer finds the replica where it was.
    const port = this.url === "" ? 0 : Number(new URL(this.url).port);
    const answer = wordOf(program.process, "listening");
    tell(program, { order: "start", port, ahead: this.#ahead });
    const word = await Promise.race([answer, program.gone]);
    if (word === undefined) throw new Error(`${this.#name} ended before it was up.`);
    this.#serving = program;
    this.url = `http://127.0.0.1:${word.port}`;
    this.up = true;
    this.#spare = this.#load();
    this.#spare.catch(() => {}); // Whoever waits for it hears of it.
    void program.gone.then(() => this.#restart());
  }

  async arm(point: CheckoutPoint): Promise<void> {
    this.#deadly = `killed at: ${point}`;
    await this.#prepare({ order: "die", point });
  }

  async stopAt(point: CheckoutPoint): Promise<Stopped> {
    const program = await this.#prepare({ order: "wait", point });
    const waiting = wordOf(program.process, "waiting").then(() => undefined);
    return { waiting, goOn: () => tell(program, { order: "go on" }) };
  }

  kill(): void {
    this.#deadly = "killed at a random moment";
    this.#serving?.process.kill("SIGKILL");
  }

  forward(ahead: number): void {
    this.#ahead = ahead;
    // A process that is dying does not hear it, and the next one is told when it starts.
    if (this.#serving !== undefined) tell(this.#serving, { order: "forward", ahead });
  }

  async whole(): Promise<void> {
    while (this.#starting !== undefined) await this.#starting;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.whole();
    await this.#serving?.kill();
    await (await this.#spare)?.kill();
  }

  async #load(): Promise<ChildProgram<unknown>> {
    const { service, env } = this.#setting;
    return await startProgram({
      file: "replica.js",
      args: [service],
      env,
      shortLived: true,
      ready: (child) => wordOf(child, "loaded"),
      onLog: (line) => hearLog(this.#history, this.#name, line),
    });
  }

  /** Resolves once the process knows. A process that dies before does not hear of it, nor does the next one. */
  async #prepare(order: ReplicaOrder): Promise<ChildProgram<unknown>> {
    const program = this.#serving;
    if (program === undefined) throw new Error(`${this.#name} has never been up.`);
    const ready = wordOf(program.process, "ready");
    tell(program, order);
    await Promise.race([ready, program.gone]);
    return program;
  }

  #restart(): void {
    this.up = false;
    if (this.#stopped) return;
    this.deaths++;
    this.#writeDownDeath();
    this.#starting = this.#startAgain().finally(() => (this.#starting = undefined));
  }

  #writeDownDeath(): void {
    const cause = this.#deadly;
    this.#deadly = undefined;
    this.#history.note(undefined, `${this.#name} ${cause ?? "died by itself"}`);
    if (cause !== undefined) return this.#history.count(cause);
    this.#history.faultyAnswers.push({ session: undefined, text: `${this.#name} died by itself` });
  }

  /** A line to the database may be cut just now: as an orchestrator does, this tries until the replica is up. */
  async #startAgain(): Promise<void> {
    for (let tries = 1; !this.up && !this.#stopped; tries++) {
      try {
        await this.start();
        this.#history.note(undefined, `${this.#name} is up again`);
      } catch (error) {
        if (tries === STARTS_MAX) throw error;
      }
    }
  }
}

const STARTS_MAX = 20;

function tell({ process }: ChildProgram<unknown>, order: ReplicaOrder): void {
  process.send(order, () => {}); // It may be dying: whoever needs an answer waits for one, or for its end.
}

/** Its next message of this kind. Never resolves where it dies before: whoever waits, waits for its end as well. */
function wordOf<Word extends ReplicaWord["word"]>(
  child: ChildProcess,
  word: Word,
): Promise<Extract<ReplicaWord, { word: Word }>> {
  return new Promise((resolve) => {
    const listen = (message: ReplicaWord): void => {
      if (message.word !== word) return;
      child.off("message", listen);
      resolve(message as Extract<ReplicaWord, { word: Word }>);
    };
    child.on("message", listen);
  });
}
