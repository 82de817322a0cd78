import { setTimeout as sleep } from "node:timers/promises";

import { isDatabaseAway } from "../../../src/db/engine/database-errors.js";
import type { Environment } from "../environment.js";

/** Waits until every event has its sequence and no delivery is to be sent, and moves the clocks to those that wait. */
export async function untilNothingWaits(environment: Environment): Promise<void> {
  const { fleet } = environment;
  let last = "";
  let since = Date.now();
  let progressAt = since;
  for (;;) {
    const waiting = await countWaiting(environment).catch(laterIfAway);
    if (waiting?.unnumbered === 0 && waiting.pending === 0) return;
    const state = JSON.stringify(waiting);
    if (waiting !== undefined && state !== last) [last, since, progressAt] = [state, Date.now(), Date.now()];
    if (Date.now() - progressAt > STANDSTILL_MS) return; // The checker tells what is left.
    if (waiting !== undefined && waiting.next > fleet.now() && Date.now() - since > IDLE_MS) {
      fleet.forward(waiting.next - fleet.now() + 1);
      since = Date.now();
    }
    await sleep(POLL_MS);
  }
}

const POLL_MS = 50;

/** Longer than the service pauses, and takes for what is due. */
const IDLE_MS = 1_500;

/** Without any progress for so long nothing more is to be expected. */
const STANDSTILL_MS = 30_000;

interface Waiting {
  /** Events without a sequence. */
  readonly unnumbered: number;
  readonly pending: number;
  /** When the last of the pending ones is due, or its lease ends, by the service's clock; 0 if there is none. */
  readonly next: number;
}

async function countWaiting({ books }: Environment): Promise<Waiting> {
  const [row] = (await books.manager.query(
    `SELECT (SELECT COUNT(*) FROM event WHERE sequence IS NULL) AS unnumbered, COUNT(*) AS pending,
            MAX(next_attempt_at) AS next FROM webhook_delivery WHERE status = 'pending'`,
  )) as Record<keyof Waiting, number | string | null>[];
  return { unnumbered: Number(row?.unnumbered), pending: Number(row?.pending), next: Number(row?.next) };
}

/** A group may just have switched to another primary. */
function laterIfAway(error: unknown): undefined {
  if (!isDatabaseAway(error)) throw error;
}
