import { callUntilAnswered } from "./merchant-call.js";
import type { Plan } from "./plan.js";
import { merchantOf, type World } from "./world.js";

const SESSIONS = "/checkout/sessions";

/**
 * Creates the plan's session: equal requests at once, each sent again until it is answered, all with one
 * idempotency key. Answers the id of the session.
 */
export async function createSession(world: World, plan: Plan): Promise<string> {
  const copies = Array.from({ length: plan.creates }, (_, copy) => createOnce(world, plan, copy));
  const [first] = await Promise.all(copies);
  if (first === undefined) throw new Error("No create was sent.");
  return first;
}

/** One more equal request; counts as a create like the others. */
export async function createOnce(world: World, plan: Plan, copy: number): Promise<string> {
  const { history } = world;
  const answer = await callUntilAnswered(world, {
    what: "create",
    key: merchantOf(world, plan).key,
    path: SESSIONS,
    replica: plan.replica + copy,
    body: orderOf(plan),
    idempotencyKey: `create ${plan.number}`,
  });
  const { id } = JSON.parse(answer.text) as { id: string };
  history.created.push({ number: plan.number, session: id });
  if (copy === 0) history.note(id, `planned as ${JSON.stringify(plan)}`);
  history.note(id, `created: request ${copy + 1}`);
  if (copy > 0) history.count("create sent more than once");
  return id;
}

/** Expires the session, unless it is complete by now. */
export async function expireSession(world: World, plan: Plan, session: string): Promise<void> {
  const answer = await callUntilAnswered(world, {
    what: "expire",
    key: merchantOf(world, plan).key,
    path: `${SESSIONS}/${session}/expire`,
    replica: plan.replica,
    body: {},
    idempotencyKey: `expire ${plan.number}`,
    mayBeRefused: true,
  });
  world.history.note(session, `expired by its merchant: answered ${answer.status}`);
  world.history.count("expired by its merchant");
}

/** Reads the session as its merchant does, and keeps what was read. */
export async function readSession(world: World, plan: Plan, session: string): Promise<void> {
  const answer = await callUntilAnswered(world, {
    what: "read",
    key: merchantOf(world, plan).key,
    path: `${SESSIONS}/${session}`,
    replica: plan.replica + 1,
  });
  const read = JSON.parse(answer.text) as {
    status: string;
    payment_status: string;
    payment_intent: string | null;
  };
  const { status, payment_status: paymentStatus, payment_intent: paymentIntent } = read;
  world.history.reads.push({ session, status, paymentStatus, paymentIntent });
  world.history.note(session, `read by its merchant: ${status}, ${paymentIntent ?? "no payment"}`);
}

function orderOf(plan: Plan): object {
  const { number, amount, currency, afterSales } = plan;
  if (afterSales.isSetup) return setupOrder(plan);
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
    ...(afterSales.keepsCard ? { customer_creation: "always" } : {}),
    ...(afterSales.capture === "at once" ? {} : { payment_intent_data: { capture_method: "manual" } }),
  };
}

/** A session that stores a card, and for which nothing is due. */
function setupOrder({ number, currency }: Plan): object {
  const success_url = "https://shop.example/saved";
  return { mode: "setup", currency, success_url, client_reference_id: String(number) };
}
