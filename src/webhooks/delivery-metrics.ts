import type { Registry } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";

import type { Database } from "../db/engine/database.js";
import { measurePending } from "../db/tables/webhook-deliveries.js";
import { countDisabledEndpoints } from "../db/tables/webhook-endpoint-list.js";

/** The counters of deliveries, for each process. */
export interface DeliveryMetrics {
  readonly attempts: Counter<"outcome">;
}

/** Registers the metrics of deliveries. */
export function createDeliveryMetrics(registry: Registry, db: Database): DeliveryMetrics {
  for (const gauge of measuredInDatabase(db)) registry.registerMetric(gauge);
  const attempts = new Counter({
    name: "calmonypay_webhook_attempts_total",
    help: "Attempts to post an event to a webhook endpoint, by outcome: delivered, or failed.",
    labelNames: ["outcome"],
    registers: [registry],
  });
  for (const outcome of ["delivered", "failed"]) attempts.inc({ outcome }, 0);
  return { attempts };
}

/** Measured for all merchants, in both modes, at each scrape. Without the database a value is NaN. */
function measuredInDatabase(db: Database): Gauge[] {
  const measured = async (read: () => Promise<number>): Promise<number> => {
    try {
      return await read();
    } catch (error) {
      db.log.warn({ err: error }, "what waits could not be counted");
      return Number.NaN;
    }
  };
  return [
    new Gauge({
      name: "calmonypay_webhook_deliveries_pending",
      help: "Events that wait to be received by a webhook endpoint, each counted for each endpoint.",
      registers: [],
      async collect() {
        this.set(await measured(async () => (await measurePending(db.manager)).pending));
      },
    }),
    new Gauge({
      name: "calmonypay_webhook_oldest_pending_seconds",
      help: "Seconds since the oldest delivery that waits was recorded; 0 if none waits.",
      registers: [],
      async collect() {
        this.set(
          await measured(async () => {
            const { oldest } = await measurePending(db.manager);
            return oldest === null ? 0 : Math.max(0, db.clock.now() - oldest) / 1000;
          }),
        );
      },
    }),
    new Gauge({
      name: "calmonypay_webhook_endpoints_disabled",
      help: "Webhook endpoints that the service has disabled, since they answered 410 or failed for five days.",
      registers: [],
      async collect() {
        this.set(await measured(() => countDisabledEndpoints(db.manager)));
      },
    }),
  ];
}
