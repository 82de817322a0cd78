import { setTimeout as sleep } from "node:timers/promises";

import type { Plan } from "./schedule.js";
import { merchantOf, type Scene } from "./scene.js";
import { apiCall, type WebAnswer } from "./web-call.js";

/** The longest trouble, a lock held too long, is over well before the merchant gives up. */
const TRIES_MAX = 150;
const PAUSE_MS = 100;

/**
 * Creates the plan's session: equal requests at once, each sent again until it is answered, all with one idempotency key.
 * Answers the id of the session.
 */
export async function createSession(scene: Scene, plan: Plan): Promise<string> {
  const copies = Array.from({ length: plan.creates }, (_, copy) => createOnce(scene, plan, copy));
  const [first] = await Promise.all(copies);
  if (first === undefined) throw new Error("No create was sent.");
  return first;
}

/** One more equal request; counts as a create like the others. */
export async function createOnce(scene: Scene, plan: Plan, copy: number): Promise<string> {
  const { chronicle } = scene;
  const body = orderOf(plan);
  const answer = await untilAnswered(scene, plan, plan.replica + copy, "create", "", body);
  const { id } = JSON.parse(answer.text) as { id: string };
  chronicle.created.push({ number: plan.number, session: id });
  if (copy === 0) chronicle.note(id, `planned as ${JSON.stringify(plan)}`);
  chronicle.note(id, `created: request ${copy + 1}`);
  if (copy > 0) chronicle.count("create sent more than once");
  return id;
}

/** Expires the session, unless it is complete by now. */
export async function expireSession(scene: Scene, plan: Plan, session: string): Promise<void> {
  const answer = await untilAnswered(scene, plan, plan.replica, "expire", `/${session}/expire`, {});
  scene.chronicle.note(session, `expired by its merchant: answered ${answer.status}`);
  scene.chronicle.count("expired by its merchant");
}

/** Reads the session as its merchant does, and keeps what was read. */
export async function readSession(scene: Scene, plan: Plan, session: string): Promise<void> {
  const answer = await untilAnswered(scene, plan, plan.replica + 1, "read", `/${session}`);
  const read = JSON.parse(answer.text) as {
    status: string;
    payment_status: string;
    payment_intent: string | null;
  };
  const { status, payment_status: paymentStatus, payment_intent: paymentIntent } = read;
  scene.chronicle.reads.push({ session, status, paymentStatus, paymentIntent });
  scene.chronicle.note(session, `read by its merchant: ${status}, ${paymentIntent ?? "no payment"}`);
}

/** Sends until the service has answered: a merchant's server does, and its idempotency key makes that safe. */
async function untilAnswered(
  scene: Scene,
  plan: Plan,
  replica: number,
  call: "create" | "expire" | "read",
  path: string,
  body?: unknown,
): Promise<WebAnswer> {
  const { key } = merchantOf(scene, plan);
  const idempotencyKey = call === "read" ? undefined : `${call} ${plan.number}`;
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    const url = `${scene.fleet.urlOf(replica + tries)}/v1/checkout/sessions${path}`;
    const answer = await apiCall(url, key, body, idempotencyKey);
    if (answer.status < 500 && isFinal(answer, call)) return answer;
    if (answer.status >= 500 && answer.status !== 503) unexcused(scene, call, answer);
    await sleep(PAUSE_MS);
  }
  throw new Error(`A ${call} was sent ${TRIES_MAX} times and not answered.`);
}

function isFinal({ status, text }: WebAnswer, call: string): boolean {
  if (status === 200 || (call === "expire" && status === 400)) return true;
  if (status === 0 || text.includes("idempotency_key_in_use")) return false;
  throw new Error(`A ${call} was refused with ${status}: ${text}`);
}

function unexcused({ chronicle }: Scene, call: string, { status, text }: WebAnswer): void {
  chronicle.faultyAnswers.push({ session: undefined, text: `a ${call} was answered ${status}: ${text}` });
}

function orderOf({ number, amount, currency }: Plan): object {
  const unitAmount = Math.trunc(amount / 3);
  const item = (name: string, unit_amount: number, quantity: number): object => ({
    price_data: { currency, unit_amount, product_data: { name } },
    quantity,
  });
  return {
    line_items: [item("Two of a kind", unitAmount, 2), item("The rest", amount - 2 * unitAmount, 1)],
    success_url: "https://shop.example/success",
    cancel_url: "https://shop.example/cancel",
    client_reference_id: String(number),
  };
}
