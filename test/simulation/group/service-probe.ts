import { setTimeout as sleep } from "node:timers/promises";

import { type WebAnswer, apiCall } from "../web-call.js";
import { unexcused } from "../merchant-call.js";
import type { World } from "../world.js";

const EVERY_MS = 100;

/** More that wait for an answer at once would tell no more. */
const WAITING_MAX = 50;

/** Has a merchant create customers all the time, by each replica, and keeps when each was answered well. */
export class ServiceProbe {
  /** By replica: when a good answer came, in milliseconds since the epoch. */
  readonly answered: readonly number[][];
  /** The customers that were acknowledged. */
  readonly created: string[] = [];
  readonly #world: World;
  readonly #stopping = new AbortController();
  readonly #lanes: Promise<void>[];
  #waiting = 0;

  constructor(world: World) {
    this.#world = world;
    this.answered = Array.from({ length: world.fleet.size }, () => []);
    this.#lanes = this.answered.map((moments, replica) => this.#run(moments, replica));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#lanes);
    while (this.#waiting > 0) await sleep(EVERY_MS);
  }

  async #run(moments: number[], replica: number): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (this.#waiting < WAITING_MAX) void this.#create(moments, replica);
      await sleep(EVERY_MS);
    }
  }

  async #create(moments: number[], replica: number): Promise<void> {
    const { fleet, merchants } = this.#world;
    this.#waiting++;
    const answer = await apiCall(`${fleet.urlOf(replica)}/v1/customers`, merchants[0]?.key ?? "", {});
    this.#waiting--;
    if (answer.status === 200) {
      moments.push(Date.now());
      this.created.push((JSON.parse(answer.text) as { id: string }).id);
    } else if (!isExcused(answer)) unexcused(this.#world, { what: "create of a customer" }, answer);
  }
}

/** No answer came, or one that says that the call may be sent again. */
function isExcused({ status }: WebAnswer): boolean {
  return status === 0 || status === 503 || status === 504;
}
