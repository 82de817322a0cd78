import { setTimeout as sleep } from "node:timers/promises";

import type { World } from "./world.js";
import { apiCall, type WebAnswer } from "./web-call.js";

/** A call of a merchant's server, which sends it again until it is answered. */
export interface MerchantCall {
  /** For people: `create`. */
  readonly what: string;
  readonly key: string;
  /** Below `/v1`. */
  readonly path: string;
  /** Which replica it is sent to first. */
  readonly replica: number;
  readonly body?: unknown;
  /** Makes it safe to send again. */
  readonly idempotencyKey?: string;
  /** True where a refusal is an answer like another. */
  readonly mayBeRefused?: boolean;
}

/** A minute: a replica is back by then also where many programs share the processor. */
const TRIES_MAX = 600;
const PAUSE_MS = 100;

/** Throws where the call is refused, unless it may be, or is not answered in a long time. */
export async function callUntilAnswered(world: World, call: MerchantCall): Promise<WebAnswer> {
  const { what, key, path, replica, body, idempotencyKey } = call;
  let last = "no answer";
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    const url = `${world.fleet.urlOf(replica + tries)}/v1${path}`;
    const answer = await apiCall(url, key, body, idempotencyKey);
    if (isFinal(call, answer)) return answer;
    last = `${answer.status} ${answer.text}`;
    if (answer.status >= 500 && answer.status !== 503) unexcused(world, call, answer);
    await sleep(PAUSE_MS);
  }
  throw new Error(`A ${what} was sent ${TRIES_MAX} times and not answered: ${last}`);
}

/** Writes down an answer that no fault excuses. */
export function unexcused({ history }: World, { what }: Pick<MerchantCall, "what">, answer: WebAnswer): void {
  const text = `a ${what} was answered ${answer.status}: ${answer.text}`;
  history.faultyAnswers.push({ session: undefined, text });
}

function isFinal({ what, mayBeRefused }: MerchantCall, { status, text }: WebAnswer): boolean {
  if (status === 200) return true;
  if (status === 0 || status >= 500 || text.includes("idempotency_key_in_use")) return false;
  if (mayBeRefused) return true;
  throw new Error(`A ${what} was refused with ${status}: ${text}`);
}
