import { setTimeout as sleep } from "node:timers/promises";

import type { CheckoutPoint } from "../../src/checkout/context.js";
import { listUnresolvedAttempts } from "../../src/db/tables/due-attempts.js";
import { decideHeld } from "./decide-held-payments.js";
import { endWhatIsInProgress } from "./end-what-is-in-progress.js";
import { passTime } from "./pass-time.js";
import type { Plan } from "./plan.js";
import { merchantOf } from "./world.js";
import { INTERFACE_FAULTS } from "./service-log.js";
import type { Environment } from "./environment.js";

/** The first minutes after the last shopper has gone: the service asks the gateway, which does not answer. */
export async function causeTrouble(environment: Environment): Promise<void> {
  await passInBadWeather(environment, "attempt leased", "error", 1);
  await passInBadWeather(environment, "attempt asked", "timeout", 15);
}

/**
 * The days after that, on test clocks. The service asks the gateway about all that it was not told; what
 * nobody may ask for is listed for the operator, who then enters the token that was missing; the merchants
 * decide about what is held. After that nothing may be left open.
 */
export async function liveOn(
  environment: Environment,
  planOf: (session: string) => Plan | undefined,
): Promise<void> {
  await endWhatIsInProgress(environment, planOf);
  await passTime(environment, 60);
  await passTime(environment, DAY);
  const listed = await listUnresolvedAttempts(environment.books.manager, LISTED_MAX);
  environment.history.listed.push(...listed.map(({ targetId }) => targetId));
  await environment.searchToken.enter();
  await passTime(environment, DAY);
  await decideHeld(environment, planOf);
}

/** A little more, so that every page of the gateway is surely closed. */
const DAY = 24 * 60 + 1;

const LISTED_MAX = 100_000;

/**
 * Lets time go on while the gateway's own interfaces fail, the direct endpoint for one merchant and the
 * search for another, and a replica dies while it asks. The weather clears up when both have failed a few
 * times: each failure takes its time.
 */
async function passInBadWeather(
  environment: Environment,
  deadly: CheckoutPoint,
  fault: "error" | "timeout",
  minutes: number,
): Promise<void> {
  const { fleet, gateway } = environment;
  const one = merchantOf(environment, { merchant: 0 });
  const other = merchantOf(environment, { merchant: 1 });
  await gateway.setFault(one, `direct_${fault}`);
  await gateway.setFault(other, `search_${fault}`);
  await fleet.arm(minutes, deadly);
  const passed = new AbortController();
  const passing = passTime(environment, minutes).finally(() => passed.abort());
  await untilFailed(environment, passed.signal);
  for (const merchant of [one, other]) await gateway.setFault(merchant, "none");
  await passing;
}

/** Enough to be sure that what failed was asked for again. */
const FAILURES = 5;

async function untilFailed({ history }: Environment, stop: AbortSignal): Promise<void> {
  const counts = (): number[] => INTERFACE_FAULTS.map((fault) => history.injected.get(fault) ?? 0);
  const before = counts();
  const failed = (): boolean =>
    counts().filter((count, index) => count >= (before[index] ?? 0) + FAILURES).length === 2;
  // Without an end of its own: `stop` is that of the time that passes.
  while (!stop.aborted && !failed()) await sleep(POLL_MS);
}

/**
 * Until every callback that the gateway sends has arrived, or has not: it notes each once it was posted, whatever came
 * of that.
 */
export async function untilDelivered({ ledger, relay }: Environment): Promise<void> {
  for (;;) {
    const [row] = (await ledger.manager.query(
      "SELECT COUNT(*) AS due FROM sandbox_transaction WHERE callback_at IS NULL AND faults NOT LIKE '%callback_dropped%'",
    )) as { due: number | string }[];
    if (Number(row?.due) === 0 && relay.underWay === 0) return;
    await sleep(POLL_MS);
  }
}

/** Between two looks at a condition of another process, which nobody announces. */
const POLL_MS = 50;
