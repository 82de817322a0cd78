import { keepCapturing } from "../checkout/captures/keep-capturing.js";
import type { CheckoutContext } from "../checkout/context.js";
import { keepReconciling } from "../checkout/reconcile/reconcile-pending.js";
import { keepProcessingRefunds } from "../checkout/refunds/keep-processing-refunds.js";
import { keepFollowingSettlements } from "../checkout/settlement/follow-settlements.js";
import { expireSessions } from "../checkout/sessions/expire-sessions.js";
import { isDatabaseAway } from "../db/engine/database-errors.js";
import { deleteDeliveriesOf } from "../db/tables/webhook-deliveries.js";
import { type BackgroundJob, runRepeatedly } from "../lib/background-job.js";
import { type DeliveryJob, keepDelivering } from "../webhooks/deliver.js";
import type { DeliveryMetrics } from "../webhooks/delivery-metrics.js";
import { createFanOut } from "../webhooks/fan-out.js";
import { createPoster } from "../webhooks/post.js";
import { type RelayPauses, runRelay } from "../webhooks/relay.js";

/** Milliseconds between two rounds of each background job. A round without work costs two reads by index. */
export interface Pauses extends RelayPauses {
  /** How soon merchants get the event of an expired session. */
  readonly sweep: number;
  /** How soon a due attempt is reconciled. */
  readonly reconcile: number;
  /** How soon a due refund is processed, or a due capture. */
  readonly resume: number;
  /** How soon the gateway is asked about a due settlement. */
  readonly settle: number;
  /** How soon a due delivery is posted that another process has made. */
  readonly deliver: number;
}

const PAUSES: Pauses = {
  sweep: 2000,
  reconcile: 1000,
  resume: 1000,
  settle: 250,
  number: 200,
  sweepEvents: 60_000,
  deliver: 250,
};

/** What a test may replace of the background jobs. */
export interface BackgroundParts {
  readonly pauses?: Pauses;
  /** Milliseconds that a webhook endpoint's whole answer may take. */
  readonly webhookTimeLimitMs?: number;
}

/** As long as the lease of a delivery allows, and longer than any receiver should take. */
const WEBHOOK_TIME_LIMIT_MS = 15_000;

/** Begins everything that the service does without a request. */
export function workInBackground(
  checkout: CheckoutContext,
  metrics: DeliveryMetrics,
  { pauses = PAUSES, webhookTimeLimitMs = WEBHOOK_TIME_LIMIT_MS }: BackgroundParts,
): BackgroundJob[] {
  const failed = (text: string) => (error: unknown, inARow: number) => {
    if (inARow > 1 && isDatabaseAway(error)) return; // Logged once each time the database goes away.
    checkout.log.error({ err: error }, `${text}; the next round tries again`);
  };
  const delivering: DeliveryJob = keepDelivering(checkout, {
    poster: createPoster({ resolve: checkout.webhookHosts.resolve, timeLimitMs: webhookTimeLimitMs }),
    metrics,
    pauseMs: pauses.deliver,
    failed: failed("events could not be delivered"),
  });
  const relayed = { fanOut: createFanOut(checkout, delivering), deleteWithEvents: deleteDeliveriesOf };
  const relay = runRelay(checkout, pauses, relayed, failed);
  return [
    {
      async stop() {
        // First what gives it new deliveries: it gives back what it cannot post any more.
        await Promise.all(relay.map((job) => job.stop()));
        await delivering.stop();
      },
    },
    runRepeatedly(
      pauses.sweep,
      (signal) => expireSessions(checkout, signal),
      failed("sessions could not be expired"),
    ),
    ...keepReconciling(checkout, pauses.reconcile, failed("the gateway could not be asked about payments")),
    ...keepProcessingRefunds(checkout, pauses.resume, failed("refunds could not be processed")),
    ...keepCapturing(checkout, pauses.resume, failed("authorized payments could not be processed")),
    ...keepFollowingSettlements(checkout, pauses.settle, failed("settlements could not be followed")),
  ];
}
