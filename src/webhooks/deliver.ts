import type { CheckoutContext } from "../checkout/context.js";
import type { BackgroundJob } from "../lib/background-job.js";
import {
  createAttempts,
  type LeasedDelivery,
  type MadeAttempt,
  type MakeAttempt,
} from "./delivery-attempt.js";
import { Batches } from "./batches.js";
import type { DeliveryMetrics } from "./delivery-metrics.js";
import type { FirstDeliveries } from "./fan-out.js";
import { Lane } from "./lane.js";
import type { WebhookPoster } from "./post.js";
import { recordAttempts } from "./record-attempts.js";

/** Delivers until it is stopped. New deliveries of this process are given to it as they are made. */
export type DeliveryJob = BackgroundJob & FirstDeliveries;

/** What delivering works with. */
export interface DeliveryParts {
  readonly poster: WebhookPoster;
  readonly metrics: DeliveryMetrics;
  /** Milliseconds between two looks where nothing wakes it. */
  readonly pauseMs: number;
  readonly failed: (error: unknown, inARow: number) => void;
}

/** Attempts recorded in one transaction. */
const RECORDED_AT_ONCE = 256;

/**
 * Posts deliveries that are due, in any number of processes. First tries and later ones have places of their own, and
 * each endpoint few of them: docs/decisions/0058-webhook-delivery.md says why that keeps endpoints from each other.
 */
export function keepDelivering(checkout: CheckoutContext, parts: DeliveryParts): DeliveryJob {
  const { poster, pauseMs, failed } = parts;
  const recorded = new Batches<MadeAttempt>(RECORDED_AT_ONCE, async (made) => {
    try {
      await recordAttempts(checkout, made);
    } catch (error) {
      failed(error, 1); // Once the leases have ended, the attempts are made again.
    }
  });
  const make = createAttempts(checkout, poster);
  const attempt = (leased: LeasedDelivery, over: AbortSignal) =>
    tryOnce(checkout, parts, () => make(leased, over), over);
  const record = (made: MadeAttempt): Promise<void> => recorded.add(made);
  const [first, later] = (["first", "later"] as const).map(
    (lane) => new Lane(lane, { checkout, pauseMs, failed, attempt, record }),
  ) as [Lane, Lane];
  const jobs = [first, later].map((lane) => lane.run());
  return {
    roomFor: (endpointId) => first.roomFor(endpointId),
    take(leased, waiting) {
      first.take(leased);
      first.note(waiting);
    },
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()));
      poster.close();
    },
  };
}

async function tryOnce(
  checkout: CheckoutContext,
  { metrics, failed }: DeliveryParts,
  make: () => ReturnType<MakeAttempt>,
  over: AbortSignal,
): Promise<MadeAttempt | undefined> {
  try {
    const made = await make();
    if (over.aborted && made.attempt.httpStatus === null) return undefined; // Not the endpoint's fault.
    metrics.attempts.inc({ outcome: made.received ? "delivered" : "failed" });
    await checkout.checkpoint("webhook answered");
    return made;
  } catch (error) {
    failed(error, 1); // Once its lease has ended, the attempt is made again.
    return undefined;
  }
}
