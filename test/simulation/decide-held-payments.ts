import { setTimeout as sleep } from "node:timers/promises";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { forEach } from "./for-each.js";
import { type HeldCase, isRejectedLater, openCases } from "./held-cases.js";
import { CLAIM_OVER_MS, pointOf } from "./kills.js";
import { unexcused } from "./merchant-call.js";
import { type Plan, RETURN_KILLS } from "./plan.js";
import type { Environment } from "./environment.js";
import { apiCall, type WebAnswer } from "./web-call.js";

/** Has every merchant decide about what is held, while replicas die and answers of the gateway get lost. */
export async function decideHeld(
  environment: Environment,
  planOf: (session: string) => Plan | undefined,
): Promise<void> {
  const desk = new HeldDesk(environment);
  for (const [index, merchant] of environment.merchants.entries()) {
    const cases = await openCases(environment, merchant, planOf);
    // One merchant's sales are settled: what is not settled is cancelled, what is settled is refunded.
    if (index === 1) await desk.settle(cases);
    await desk.disturb(cases);
    await desk.finish(cases);
  }
}

/** One of so many returns is disturbed. */
const DISTURBED_EVERY = 12;

/** Of each merchant's at least so many, so that a short run meets every disturbance. */
const DISTURBED_MIN = 2;

/** More often than anything can go wrong with one decision. */
const ROUNDS_MAX = 6;

/** Milliseconds, about: without a death the call was only slow. */
const DEATH_WAITS_MAX = 2_000;

class HeldDesk {
  readonly #environment: Environment;
  #calls = 0;
  #disturbed = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Between the bank's taking the sales up and its paying them out nothing can be returned. */
  async settle(cases: readonly HeldCase[]): Promise<void> {
    const { gateway } = this.#environment;
    const [early] = returnsOf(cases);
    if (early === undefined) return;
    await gateway.tender(early.merchant);
    await this.#decide(early);
    await gateway.settle(early.merchant);
  }

  /** Some of the returns meet a crash, or a gateway that does its work and does not answer; each of these in turn. */
  async disturb(cases: readonly HeldCase[]): Promise<void> {
    const returns = returnsOf(cases);
    const count = Math.max(DISTURBED_MIN, Math.floor(returns.length / DISTURBED_EVERY));
    for (const each of returns.slice(-count)) {
      const kill = RETURN_KILLS[this.#disturbed++ % (RETURN_KILLS.length + 1)];
      const point = kill && pointOf(kill);
      if (point === undefined) await this.#answerLost(each);
      else await this.#killedAt(point, each);
      await this.#environment.fleet.whole();
    }
  }

  /** Each merchant asks again for whatever was not done. */
  async finish(cases: readonly HeldCase[]): Promise<void> {
    const left = new Set(cases);
    for (let round = 1; round <= ROUNDS_MAX && left.size > 0; round++) {
      await this.#environment.fleet.whole();
      this.#environment.fleet.forward(CLAIM_OVER_MS);
      await forEach([...left], async (each) => {
        if ((await this.#decide(each)) === "done") left.delete(each);
      });
    }
  }

  async #killedAt(point: CheckoutPoint, each: HeldCase): Promise<void> {
    const { fleet } = this.#environment;
    const { deaths } = fleet;
    await fleet.arm(this.#calls, point);
    if ((await this.#decide(each)) !== "no answer") return;
    // The line is broken a moment before the process is gone.
    for (let waits = 0; fleet.deaths === deaths && waits < DEATH_WAITS_MAX; waits++) await sleep(1);
  }

  async #answerLost(each: HeldCase): Promise<void> {
    const { fleet, gateway } = this.#environment;
    const stopped = await fleet.stopAt(this.#calls, "return to be sent");
    const decided = this.#decide(each);
    await Promise.race([stopped.waiting, decided]);
    await gateway.setFault(each.merchant, "direct_timeout");
    stopped.goOn();
    await decided;
    await gateway.setFault(each.merchant, "none");
  }

  /** A decision that cannot be carried out is changed. */
  async #decide(each: HeldCase): Promise<"done" | "not done" | "no answer"> {
    const { fleet, history } = this.#environment;
    const { held, decision, merchant } = each;
    const url = `${fleet.urlOf(this.#calls++)}/v1/held_payments/${held.id}/resolve`;
    const body = { resolution: decision, note: `Decided to ${decision}.` };
    const answer = await apiCall(url, merchant.key, body, `${decision} ${held.id}`);
    history.note(
      held.session ?? undefined,
      `${decision} of ${held.id}: answered ${answer.status} ${codeOf(answer.text)}`,
    );
    if (answer.status === 200) {
      history.decisions.push({ held: held.id, resolution: decision });
      history.count(`held: ${decision}`);
      return "done";
    }
    if (answer.status === 0) return "no answer";
    if (answer.text.includes('"return_refused"') || isOfNoSale(each, answer)) each.decision = "dismiss";
    else if (!MAY_BE_ASKED_AGAIN.some((code) => answer.text.includes(`"${code}"`))) {
      unexcused(this.#environment, { what: decision }, answer);
    }
    return "not done";
  }
}

const MAY_BE_ASKED_AGAIN = [
  "return_too_early",
  "return_unknown",
  "held_payment_busy",
  "idempotency_key_in_use",
  "service_unavailable",
];

/** A card that was verified beside another took nothing: there is nothing to be returned. */
function isOfNoSale(each: HeldCase, { text }: WebAnswer): boolean {
  return isOfSetup(each) && text.includes('"resolution_not_possible"');
}

function isOfSetup({ held }: HeldCase): boolean {
  return held.reason === "setup_mismatch";
}

/** Those whose money goes back. */
function returnsOf(cases: readonly HeldCase[]): HeldCase[] {
  return cases.filter((each) => each.decision === "return" && !isOfSetup(each) && !isRejectedLater(each));
}

function codeOf(text: string): string {
  return /"code":\s*"(\w+)"/.exec(text)?.[1] ?? "";
}
