import { REJECTED_AT_SETTLEMENT } from "../../src/sandbox/payments/expected-outcome.js";
import { callUntilAnswered } from "./merchant-call.js";
import type { Decision, Plan } from "./plan.js";
import type { World, SimulatedMerchant } from "./world.js";
import type { HeldAnswer } from "./snapshots.js";

/** A held payment that its merchant has decided about, until the service has done what was decided. */
export interface HeldCase {
  readonly merchant: SimulatedMerchant;
  readonly held: HeldAnswer;
  decision: Exclude<Decision, "wait">;
}

/** Every held payment of the merchant, as its server lists them; with `resolved` only those that are, or are not. */
export async function listHeld(
  world: World,
  { key }: SimulatedMerchant,
  resolved?: boolean,
): Promise<HeldAnswer[]> {
  const all: HeldAnswer[] = [];
  const filter = resolved === undefined ? "" : `&resolved=${resolved}`;
  for (let after = ""; ;) {
    const path = `/held_payments?limit=100${filter}${after}`;
    const { text } = await callUntilAnswered(world, { what: "list", key, path, replica: all.length });
    const { data, has_more: more } = JSON.parse(text) as { data: HeldBody[]; has_more: boolean };
    all.push(...data.map(answerOf));
    if (!more) return all;
    after = `&starting_after=${data.at(-1)?.id}`;
  }
}

/** What the merchant decides about those that wait. */
export async function openCases(
  world: World,
  merchant: SimulatedMerchant,
  planOf: (session: string) => Plan | undefined,
): Promise<HeldCase[]> {
  return (await listHeld(world, merchant, false)).flatMap((held) => {
    const decision = planOf(held.session ?? "")?.decision ?? "wait";
    if (decision === "wait") return [];
    return [{ merchant, held, decision: held.possible.includes(decision) ? decision : "dismiss" }];
  });
}

/**
 * True where the sandbox's bank rejects a sale of this amount when it is settled: then nothing is there to be
 * returned.
 */
export function isRejectedLater({ held }: HeldCase): boolean {
  const { amount } = held;
  return REJECTED_AT_SETTLEMENT.some(({ from, to }) => amount === null || (amount >= from && amount <= to));
}

interface HeldBody {
  readonly id: string;
  readonly checkout_session: string | null;
  readonly gateway_transaction: string | null;
  readonly reason: string;
  readonly amount: number | null;
  readonly amount_received: number | null;
  readonly possible_resolutions: readonly string[];
  readonly resolution: string | null;
}

function answerOf(body: HeldBody): HeldAnswer {
  return {
    id: body.id,
    session: body.checkout_session,
    transaction: body.gateway_transaction,
    reason: body.reason,
    amount: body.amount,
    received: body.amount_received,
    possible: body.possible_resolutions,
    resolution: body.resolution,
  };
}
