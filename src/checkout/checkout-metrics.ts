import { Counter, Gauge, type Registry } from "prom-client";

import type { Database } from "../db/database.js";
import { countUnresolvedHeldPayments } from "../db/held-payments.js";
import type { Resolution } from "../domain/held-payment.js";

/** What the use cases of checkout count, each process for itself. */
export interface CheckoutMetrics {
  /** Results stored for good, each once. `reason` is empty unless the result is held. */
  readonly gatewayResults: Counter<"outcome" | "reason">;
  readonly heldPaymentResolutions: Counter<"resolution">;
}

const RESOLUTIONS: readonly Resolution[] = ["accept", "return", "dismiss"];

/** Registers the metrics of checkout. The held payments that wait are counted in the database, whenever somebody looks. */
export function createCheckoutMetrics(registry: Registry, db: Database): CheckoutMetrics {
  const registers = [registry];
  const unresolved = new Gauge({
    name: "calmonypay_held_payments_unresolved",
    help: "Payments of all merchants, in both modes, that wait for a person.",
    registers: [],
    async collect() {
      this.set(await countUnresolved(db));
    },
  });
  registry.registerMetric(unresolved);
  const heldPaymentResolutions = new Counter({
    name: "calmonypay_held_payment_resolutions_total",
    help: "Held payments that were resolved, by what was done about them.",
    labelNames: ["resolution"],
    registers,
  });
  for (const resolution of RESOLUTIONS) heldPaymentResolutions.inc({ resolution }, 0);
  const gatewayResults = new Counter({
    name: "calmonypay_gateway_results_total",
    help: "Verified results of the gateway that were stored, by what they were taken for and why they are held.",
    labelNames: ["outcome", "reason"],
    registers,
  });
  return { gatewayResults, heldPaymentResolutions };
}

/** Without the database "not a number" is the truth; the other numbers are still wanted then. */
async function countUnresolved(db: Database): Promise<number> {
  try {
    return await countUnresolvedHeldPayments(db.manager);
  } catch (error) {
    db.log.warn({ err: error }, "held payments could not be counted");
    return Number.NaN;
  }
}
