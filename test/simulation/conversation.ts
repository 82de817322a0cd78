import { setTimeout as sleep } from "node:timers/promises";

import { fieldText, parseFields } from "../../src/cardstream/fields.js";
import type { History } from "./history.js";
import type { ReplicaFleet } from "./replica-fleet.js";
import type { Plan } from "./plan.js";
import { webCall } from "./web-call.js";

/**
 * Retries end while a restarted replica is long back: what fails for longer is lost, as the gateway promises
 * nothing.
 */
const DELIVERIES_MAX = 12;

/** All that happens about one session, from its creation until nothing is under way any more. */
export class Conversation {
  readonly plan: Plan;
  readonly sessionId: string;
  readonly #history: History;
  readonly #fleet: ReplicaFleet;
  readonly #underWay = new Set<Promise<unknown>>();
  #callbacks = 0;

  constructor(history: History, fleet: ReplicaFleet, plan: Plan, sessionId: string) {
    this.#history = history;
    this.#fleet = fleet;
    this.plan = plan;
    this.sessionId = sessionId;
  }

  note(text: string): void {
    this.#history.note(this.sessionId, text);
  }

  count(fault: string): void {
    this.#history.count(fault);
  }

  /** Does `work` beside everything else; `end` waits for it. */
  beside(work: Promise<unknown>): void {
    work.catch(() => {}); // Not lost: `end` waits for the same promise and throws.
    this.#underWay.add(work);
  }

  /** Brings a callback to the next replica in turn, and answers what the gateway gets to see. */
  async callBack(body: Buffer): Promise<number> {
    const replica = this.plan.replica + this.#callbacks++;
    const status = await this.post(body, "callback", replica);
    if (this.plan.retried && isWorthAnother(status)) this.beside(this.#retry(body, replica));
    return status === 0 ? NOT_DELIVERED : status;
  }

  /** Posts a message to the service and writes down what it answered. */
  async post(body: Buffer, via: "callback" | "return", replica: number): Promise<number> {
    const path = via === "callback" ? "/callbacks/cardstream" : `/pay/${this.sessionId}/return`;
    const transaction = fieldText(parseFields(body), "transactionID");
    const { status, text } = await webCall(`${this.#fleet.urlOf(replica)}${path}`, body.toString("utf8"));
    const { sessionId: session } = this;
    if (status === 500) this.#history.blameFor500(session, `a ${via}`, text);
    const at = this.#fleet.now() + this.#history.testClocksAhead;
    this.#history.deliveries.push({ session, transaction, via, at, status });
    const answer = status === 0 ? "no answer" : `answered ${status}`;
    this.note(`${via} of transaction ${transaction}: ${answer}`);
    return status;
  }

  async end(): Promise<void> {
    for (const work of this.#underWay) await work; // What is added meanwhile is waited for as well.
    this.#underWay.clear();
  }

  async #retry(body: Buffer, replica: number): Promise<void> {
    this.count("callback sent again");
    for (let tries = 2; tries <= DELIVERIES_MAX; tries++) {
      await sleep(50 * tries); // As the gateway does, which waits longer before each delivery.
      if (!isWorthAnother(await this.post(body, "callback", replica + tries))) return;
    }
  }
}

/** What the gateway sees of a callback that did not arrive. */
const NOT_DELIVERED = 504;

function isWorthAnother(status: number): boolean {
  return status === 0 || status >= 500;
}
