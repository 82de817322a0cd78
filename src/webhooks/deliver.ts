import { setMaxListeners } from "node:events";

import type { CheckoutContext } from "../checkout/context.js";
import { listDueDeliveries } from "../db/tables/due-deliveries.js";
import type { DeliveryLane } from "../db/tables/webhook-deliveries.js";
import type { BackgroundJob } from "../lib/background-job.js";
import { runRepeatedly } from "../lib/background-job.js";
import { type LeasedDelivery, type MadeAttempt, makeAttempt } from "./attempt.js";
import { Batches } from "./batches.js";
import type { DeliveryMetrics } from "./delivery-metrics.js";
import { lease } from "./lease.js";
import { DeliveryPlaces, LANE_LIMITS } from "./places.js";
import type { WebhookPoster } from "./post.js";
import { recordAttempts } from "./record-attempts.js";
import { Wake } from "./wake.js";

/** Delivers until it is stopped. */
export interface DeliveryJob extends BackgroundJob {
  /** Looks at once: there may be new deliveries. */
  wake(): void;
}

/** What delivering works with. */
export interface DeliveryParts {
  readonly poster: WebhookPoster;
  readonly metrics: DeliveryMetrics;
  /** Milliseconds between two looks where nothing wakes it. */
  readonly pauseMs: number;
  readonly failed: (error: unknown, inARow: number) => void;
}

/** Deliveries leased at once: each has a body of a few kilobytes. */
const LEASED_AT_ONCE = 64;

/** Attempts recorded in one transaction. */
const RECORDED_AT_ONCE = 128;

/**
 * Posts deliveries that are due, in any number of processes. First tries and later ones have places of their own, and
 * each endpoint few of them: docs/decisions/0058-webhook-delivery.md says why that keeps endpoints from each other.
 */
export function keepDelivering(checkout: CheckoutContext, parts: DeliveryParts): DeliveryJob {
  const recorded = new Batches<MadeAttempt>(RECORDED_AT_ONCE, async (made) => {
    try {
      await recordAttempts(checkout, made);
    } catch (error) {
      parts.failed(error, 1); // Once the leases have ended, the attempts are made again.
    }
  });
  const lanes = (["first", "later"] as const).map((lane) => new Lane(lane, checkout, parts, recorded));
  const jobs = lanes.map((lane) => lane.run());
  return {
    wake() {
      for (const lane of lanes) lane.wake();
    },
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()));
      parts.poster.close();
    },
  };
}

/** One lane of deliveries. */
class Lane {
  readonly #lane: DeliveryLane;
  readonly #checkout: CheckoutContext;
  readonly #parts: DeliveryParts;
  readonly #recorded: Batches<MadeAttempt>;
  readonly #places: DeliveryPlaces;
  readonly #wake = new Wake();
  /** Endpoints that have had more due than they have places. */
  readonly #known = new Set<string>();
  readonly #running = new Set<Promise<void>>();

  constructor(
    lane: DeliveryLane,
    checkout: CheckoutContext,
    parts: DeliveryParts,
    recorded: Batches<MadeAttempt>,
  ) {
    this.#lane = lane;
    this.#checkout = checkout;
    this.#parts = parts;
    this.#recorded = recorded;
    this.#places = new DeliveryPlaces(LANE_LIMITS[lane]);
  }

  wake(): void {
    this.#wake.up();
  }

  run(): BackgroundJob {
    const stopping = new AbortController();
    setMaxListeners(0, stopping.signal); // Each attempt under way listens: there are as many as places.
    const { pauseMs, failed } = this.#parts;
    // A run ends only by the stop or an error, such as a database that is away: then it pauses for longer and longer.
    const job = runRepeatedly(pauseMs, (signal) => this.#rounds(signal, stopping.signal), failed);
    return {
      stop: async () => {
        const stopped = job.stop();
        this.#wake.up();
        await stopped;
        // Attempts under way may end: a receiver that has the event already would get it once more.
        const over = setTimeout(() => stopping.abort(), STOPPED_WITHIN_MS);
        await Promise.all(this.#running);
        clearTimeout(over);
      },
    };
  }

  async #rounds(stopping: AbortSignal, over: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const begun = await this.#round(over);
      if (begun === 0 && !stopping.aborted) await this.#wake.within(this.#parts.pauseMs);
    }
  }

  /** Begins what is due and has a place. Returns how many were to begin. */
  async #round(over: AbortSignal): Promise<number> {
    const places = this.#places;
    if (places.free === 0) return 0;
    const known = new Map([...this.#known].map((id) => [id, Math.min(places.freeFor(id), LEASED_AT_ONCE)]));
    const question = { lane: this.#lane, now: this.#checkout.clock.now(), known, others: LEASED_AT_ONCE };
    const due = await listDueDeliveries(this.#checkout.db.manager, question);
    this.#learn(known, due);
    const chosen = places.choose(due).slice(0, LEASED_AT_ONCE);
    if (chosen.length === 0) return 0;
    for (const leased of await lease(this.#checkout, chosen)) this.#begin(leased, over);
    return chosen.length;
  }

  /** An endpoint is known while it has more due than places: it is asked for by its name, so it hides no other. */
  #learn(asked: ReadonlyMap<string, number>, due: readonly { readonly endpointId: string }[]): void {
    const counts = new Map<string, number>();
    for (const { endpointId } of due) counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1);
    for (const [id, wanted] of asked)
      if (wanted > 0 && (counts.get(id) ?? 0) < wanted) this.#known.delete(id);
    for (const [id, count] of counts) if (count >= this.#places.freeFor(id)) this.#known.add(id);
  }

  #begin(leased: LeasedDelivery, over: AbortSignal): void {
    const place = this.#places.begin(leased.endpoint.id);
    const running = this.#attempt(leased, over).finally(() => {
      place.end();
      this.#running.delete(running);
      this.#wake.up();
    });
    this.#running.add(running);
  }

  async #attempt(leased: LeasedDelivery, over: AbortSignal): Promise<void> {
    const { poster, metrics, failed } = this.#parts;
    try {
      const made = await makeAttempt(this.#checkout, poster, leased, over);
      if (over.aborted && made.attempt.httpStatus === null) return; // Broken off by the stop: not the endpoint's fault.
      metrics.attempts.inc({ outcome: made.received ? "delivered" : "failed" });
      await this.#checkout.checkpoint("webhook answered");
      await this.#recorded.add(made);
    } catch (error) {
      failed(error, 1); // Once its lease has ended, the attempt is made again.
    }
  }
}

/** Attempts that take longer than this are broken off where the service stops: the next start goes on with them. */
const STOPPED_WITHIN_MS = 5_000;
