import { setTimeout as sleep } from "node:timers/promises";

import { isDatabaseAway } from "../../src/db/engine/database-errors.js";
import { findDueSessions } from "../../src/db/tables/due-sessions.js";
import { callUntilAnswered } from "./merchant-call.js";
import type { SimulatedMerchant } from "./world.js";
import type { Environment } from "./environment.js";

/** Lets the merchants' test clocks go on, and waits until the service has done all that fell due. */
export async function passTime(environment: Environment, minutes: number): Promise<void> {
  environment.history.note(undefined, `the test clocks go ${minutes} minutes on`);
  environment.history.testClocksAhead += minutes * 60_000;
  await Promise.all(environment.merchants.map((merchant) => advance(environment, merchant, minutes)));
  await untilCaughtUp(environment);
}

async function advance(
  environment: Environment,
  { id, key }: SimulatedMerchant,
  minutes: number,
): Promise<void> {
  await callUntilAnswered(environment, {
    what: "move of the clock",
    key,
    path: "/test_helpers/clock/advance",
    replica: 0,
    body: { seconds: minutes * 60 },
    idempotencyKey: `advance ${id} ${environment.fleet.now()}`,
  });
}

/** Longer than a replica may keep an attempt to itself: what a dead one held is free then. */
export const LEASE_OVER_MS = 121_000;

/**
 * Longer than the service pauses after failures. What is due after it is kept by a replica that lost its database, and
 * could not give it back.
 */
const KEPT_AFTER_MS = 6_000;

/** Without any progress for so long nothing more is to be expected: the checker tells what is left. */
const STANDSTILL_MS = 60_000;

async function untilCaughtUp(environment: Environment): Promise<void> {
  const { fleet } = environment;
  let deaths = -1;
  let last = -1;
  let since = Date.now();
  let isFreed = false;
  for (;;) {
    if (fleet.deaths !== deaths) {
      deaths = fleet.deaths;
      await fleet.whole();
      fleet.forward(LEASE_OVER_MS);
    }
    const due = await countDue(environment).catch(laterIfAway);
    if (due === 0 || (due === last && Date.now() - since > STANDSTILL_MS)) return;
    if (due !== undefined && due !== last) [since, isFreed] = [Date.now(), false];
    else if (!isFreed && Date.now() - since > KEPT_AFTER_MS) {
      fleet.forward(LEASE_OVER_MS);
      isFreed = true;
    }
    last = due ?? last;
    await sleep(POLL_MS);
  }
}

const POLL_MS = 50;

/** A group may just have switched to another primary. */
function laterIfAway(error: unknown): undefined {
  if (!isDatabaseAway(error)) throw error;
}

/** More of them would say no more. */
const DUE_MAX = 1000;

/**
 * Attempts and settlements to be asked about, refunds and captures whose turn it is, and sessions that have expired.
 */
async function countDue({ books, fleet }: Environment): Promise<number> {
  const now = fleet.now();
  const [row] = (await books.manager.query(
    `SELECT COUNT(*) AS due FROM (
       SELECT merchant_id, next_ask_at AS at FROM pending_attempt UNION ALL
       SELECT merchant_id, next_ask_at AS at FROM pending_settlement UNION ALL
       SELECT merchant_id, next_attempt_at AS at FROM refund WHERE status = 'pending' UNION ALL
       SELECT merchant_id, next_step_at AS at FROM pending_capture
     ) d JOIN merchant m ON m.id = d.merchant_id WHERE d.at <= ${now} + m.test_clock_ahead`,
  )) as { due: number | string }[];
  return Number(row?.due) + (await findDueSessions(books.manager, now, DUE_MAX)).length;
}
