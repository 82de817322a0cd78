import type { Registry } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";

import type { Database } from "../db/engine/database.js";
import { countUnresolvedAttempts } from "../db/tables/due-attempts.js";

/** The counters of reconciliation, for each process. */
export interface ReconciliationMetrics {
  /** Results found only by asking, which decided the outcome of a payment. */
  readonly healed: Counter<"way" | "outcome">;
}

/**
 * Registers the metrics of reconciliation. Unresolved attempts are counted in the database at each scrape.
 */
export function createReconciliationMetrics(registry: Registry, db: Database): ReconciliationMetrics {
  const unresolved = new Gauge({
    name: "calmonypay_attempts_unresolved",
    help: "Payment attempts of all merchants, in both modes, whose outcome is unknown.",
    registers: [],
    async collect() {
      this.set(await countUnresolved(db));
    },
  });
  registry.registerMetric(unresolved);
  const healed = new Counter({
    name: "calmonypay_results_healed_total",
    help: "Results that were lost and found by asking: by a known xref (query) or by the gateway's search (search).",
    labelNames: ["way", "outcome"],
    registers: [registry],
  });
  for (const way of ["query", "search"]) healed.inc({ way, outcome: "completed" }, 0);
  return { healed };
}

/** Without the database the value is NaN: the other metrics of the scrape are still wanted. */
async function countUnresolved(db: Database): Promise<number> {
  try {
    return await countUnresolvedAttempts(db.manager);
  } catch (error) {
    db.log.warn({ err: error }, "unresolved attempts could not be counted");
    return Number.NaN;
  }
}
