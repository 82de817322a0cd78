import type { Registry } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import type { EntityManager } from "typeorm";

import type { Database } from "../db/engine/database.js";
import { countCapturesInDoubt } from "../db/tables/due-captures.js";
import { countUnresolvedSettlements } from "../db/tables/due-settlements.js";
import { countUnresolvedHeldPayments } from "../db/tables/held-payments.js";
import { countRefundsInDoubt } from "../db/tables/refunds.js";
import type { Resolution } from "../domain/held-payment.js";
import type { RefundEnd } from "../domain/refund.js";
import { SETTLEMENT_ENDS } from "../domain/settlement/settlement.js";

/** The counters of checkout, for each process. */
export interface CheckoutMetrics {
  /** Results stored, each counted once. `reason` is empty unless the result is held. */
  readonly gatewayResults: Counter<"outcome" | "reason">;
  readonly heldPaymentResolutions: Counter<"resolution">;
  readonly refunds: Counter<"end">;
  /** Settlements that have ended. */
  readonly settlements: Counter<"end">;
  readonly fastCompletionMisses: Counter<"why">;
}

/** Why a success could not be recorded by the fast way. */
export type FastCompletionMiss = (typeof FAST_COMPLETION_MISSES)[number];

const FAST_COMPLETION_MISSES = [
  "no such session",
  "held",
  "reversal started",
  "stored before",
  "not applicable",
] as const;

const RESOLUTIONS: readonly Resolution[] = ["accept", "return", "dismiss"];

const REFUND_ENDS: readonly RefundEnd[] = ["succeeded", "declined", "not_refundable", "lost"];

/** Registers the metrics of checkout. */
export function createCheckoutMetrics(registry: Registry, db: Database): CheckoutMetrics {
  const registers = [registry];
  for (const gauge of countedInDatabase(db)) registry.registerMetric(gauge);
  const heldPaymentResolutions = new Counter({
    name: "calmonypay_held_payment_resolutions_total",
    help: "Held payments that were resolved, by resolution.",
    labelNames: ["resolution"],
    registers,
  });
  for (const resolution of RESOLUTIONS) heldPaymentResolutions.inc({ resolution }, 0);
  const gatewayResults = new Counter({
    name: "calmonypay_gateway_results_total",
    help: "Verified results of the gateway that were stored, by outcome and reason for being held.",
    labelNames: ["outcome", "reason"],
    registers,
  });
  const refunds = new Counter({
    name: "calmonypay_refunds_total",
    help: "Refunds that have ended, by outcome: succeeded, or why they failed.",
    labelNames: ["end"],
    registers,
  });
  for (const end of REFUND_ENDS) refunds.inc({ end }, 0);
  const settlements = new Counter({
    name: "calmonypay_settlements_total",
    help: "Payments whose settlement has ended, by what the gateway said; unresolved: a person has to look it up.",
    labelNames: ["end"],
    registers,
  });
  for (const end of SETTLEMENT_ENDS) settlements.inc({ end }, 0);
  const fastCompletionMisses = new Counter({
    name: "calmonypay_fast_completion_misses_total",
    help: "Successes that the fast path could not record, by reason; the careful path has decided about them.",
    labelNames: ["why"],
    registers,
  });
  for (const why of FAST_COMPLETION_MISSES) fastCompletionMisses.inc({ why }, 0);
  return { gatewayResults, heldPaymentResolutions, refunds, settlements, fastCompletionMisses };
}

/** Counted for all merchants, in both modes, at each scrape. */
function countedInDatabase(db: Database): Gauge[] {
  return [
    new Gauge({
      name: "calmonypay_held_payments_unresolved",
      help: "Payments of all merchants, in both modes, that wait for a person.",
      registers: [],
      async collect() {
        this.set(await counted(db, countUnresolvedHeldPayments));
      },
    }),
    new Gauge({
      name: "calmonypay_refunds_in_doubt",
      help: "Refunds of all merchants, in both modes, that were requested of the gateway and whose outcome is unknown.",
      registers: [],
      async collect() {
        this.set(await counted(db, countRefundsInDoubt));
      },
    }),
    new Gauge({
      name: "calmonypay_captures_in_doubt",
      help: "Captures and cancellations of authorized payments, of all merchants, in both modes, whose outcome is unknown.",
      registers: [],
      async collect() {
        this.set(await counted(db, countCapturesInDoubt));
      },
    }),
    new Gauge({
      name: "calmonypay_settlements_unresolved",
      help: "Payments of all merchants, in both modes, whose settlement a person has to look up at the gateway.",
      registers: [],
      async collect() {
        this.set(await counted(db, countUnresolvedSettlements));
      },
    }),
  ];
}

/** Without the database the value is NaN: the other metrics of the scrape are still wanted. */
async function counted(db: Database, count: (db: EntityManager) => Promise<number>): Promise<number> {
  try {
    return await count(db.manager);
  } catch (error) {
    db.log.warn(
      { err: error },
      "held payments, refunds and captures in doubt, and settlements could not be counted",
    );
    return Number.NaN;
  }
}
