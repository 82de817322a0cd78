import type { CheckoutPoint } from "../../src/checkout/checkout.js";
import type { Chronicle } from "./chronicle.js";
import { type ChildProgram, firstMessage, startProgram } from "./child-program.js";

/** The replicas of the service, each a process that may die at any moment and is then started again. */
export interface Fleet {
  readonly size: number;
  /** Where a load balancer sends the request: the replica asked for, or the next one that is up. */
  urlOf(replica: number): string;
  isUp(replica: number): boolean;
  /** Makes the replica die when it next reaches the point. */
  arm(replica: number, point: CheckoutPoint): void;
  /** kill -9, now. */
  kill(replica: number): void;
  /** Resolves once every replica is up. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

/** How to start one replica: the folder of the compiled service and the environment. */
export interface ReplicaSetting {
  readonly service: string;
  readonly env: Record<string, string>;
}

/** Starts the replicas one after the other: the first one applies the migrations. */
export async function startFleet(chronicle: Chronicle, settings: readonly ReplicaSetting[]): Promise<Fleet> {
  const replicas: Replica[] = [];
  for (const [index, setting] of settings.entries()) {
    const replica = new Replica(chronicle, `replica ${index + 1}`, setting);
    replicas.push(replica);
    await replica.start();
  }
  const at = (index: number): Replica => {
    const replica = replicas[index % replicas.length];
    if (replica === undefined) throw new Error("There is no replica.");
    return replica;
  };
  return {
    size: replicas.length,
    urlOf: (index) => (at(index).up ? at(index) : (replicas.find(({ up }) => up) ?? at(index))).url,
    isUp: (index) => at(index).up,
    arm: (index, point) => at(index).arm(point),
    kill: (index) => at(index).kill(),
    whole: async () => {
      for (const replica of replicas) await replica.whole();
    },
    stop: async () => {
      await Promise.all(replicas.map((replica) => replica.stop()));
    },
  };
}

class Replica {
  url = "";
  up = false;
  readonly #chronicle: Chronicle;
  readonly #name: string;
  readonly #setting: ReplicaSetting;
  #program: ChildProgram<number> | undefined;
  #starting: Promise<void> | undefined;
  #stopped = false;
  #deadly: string | undefined;

  constructor(chronicle: Chronicle, name: string, setting: ReplicaSetting) {
    this.#chronicle = chronicle;
    this.#name = name;
    this.#setting = setting;
  }

  async start(): Promise<void> {
    const { service, env } = this.#setting;
    // The port of the first start is kept: a load balancer finds the replica where it was.
    const port = this.url === "" ? "0" : new URL(this.url).port;
    const program = await startProgram<number>({
      file: "replica.js",
      args: [service],
      env: { ...env, PORT: port },
      ready: firstMessage,
      onLog: (line) => this.#chronicle.note(undefined, `${this.#name} logged ${briefly(line)}`),
    });
    this.#program = program;
    this.url = `http://127.0.0.1:${program.ready}`;
    this.up = true;
    void program.gone.then(() => this.#restart());
  }

  arm(point: CheckoutPoint): void {
    this.#deadly = `killed at: ${point}`;
    this.#program?.process.send(point);
  }

  kill(): void {
    this.#deadly = "killed at a random moment";
    this.#program?.process.kill("SIGKILL");
  }

  async whole(): Promise<void> {
    while (this.#starting !== undefined) await this.#starting;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.whole();
    await this.#program?.kill();
  }

  #restart(): void {
    this.up = false;
    if (this.#stopped) return;
    this.#writeDownDeath();
    this.#starting = this.#startAgain().finally(() => (this.#starting = undefined));
  }

  #writeDownDeath(): void {
    const cause = this.#deadly;
    this.#deadly = undefined;
    this.#chronicle.note(undefined, `${this.#name} ${cause ?? "died by itself"}`);
    if (cause !== undefined) return this.#chronicle.count(cause);
    this.#chronicle.faultyAnswers.push({ session: undefined, text: `${this.#name} died by itself` });
  }

  /** A line to the database may be cut just now: as an orchestrator does, this tries until the replica is up. */
  async #startAgain(): Promise<void> {
    for (let tries = 1; !this.up && !this.#stopped; tries++) {
      try {
        await this.start();
        this.#chronicle.note(undefined, `${this.#name} is up again`);
      } catch (error) {
        if (tries === STARTS_MAX) throw error;
      }
    }
  }
}

const STARTS_MAX = 20;

/** Level and message of a line of the log; other text as it is. */
function briefly(line: string): string {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter((text) => text !== undefined).join(": ");
  } catch {
    return line;
  }
}
