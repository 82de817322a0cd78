import type { CheckoutContext } from "../checkout/context.js";
import { listDueEndpoints } from "../db/tables/due-deliveries.js";
import type { DeliveryLane } from "../db/tables/webhook-deliveries.js";
import { type BackgroundJob, runRepeatedly } from "../lib/background-job.js";
import type { LeasedDelivery, MadeAttempt } from "./delivery-attempt.js";
import { giveBack, lease } from "./lease.js";
import { LeaseQueue } from "./lease-queue.js";
import { DeliveryPlaces, LANE_LIMITS, type Place } from "./places.js";
import { Wake } from "./wake.js";

/** What a lane works with. */
export interface LaneParts {
  readonly checkout: CheckoutContext;
  /** Milliseconds between two looks for what is due. */
  readonly pauseMs: number;
  readonly failed: (error: unknown, inARow: number) => void;
  /** Makes an attempt; undefined if it was broken off. Never throws. */
  readonly attempt: (leased: LeasedDelivery, over: AbortSignal) => Promise<MadeAttempt | undefined>;
  /** Records what came of an attempt. Never throws. */
  readonly record: (made: MadeAttempt) => Promise<void>;
}

/** Deliveries leased in one transaction: each has a body of a few kilobytes. */
const LEASED_AT_ONCE = 256;

/** Endpoints asked for in one transaction, each by a statement of its own. */
const ENDPOINTS_AT_ONCE = 64;

/** Deliveries that wait in this process for a place, beyond those that have one. */
const QUEUED_MAX = 1_024;

/** Attempts that are over and wait to be recorded: with more of them no other one is leased. */
const UNRECORDED_MAX = 1_024;

/**
 * What has waited longer for a place is given back: its endpoint has become slow, and may be disabled or have another
 * address by then. Far less than a lease, of which an attempt needs fifteen seconds.
 */
const QUEUED_MAX_MS = 2_000;

/** Endpoints found by one look; the next one goes on behind them. */
const FOUND_AT_ONCE = 500;

/** Attempts that take longer than this are broken off where the service stops: the next start goes on with them. */
const STOPPED_WITHIN_MS = 5_000;

/**
 * One lane of deliveries: leases what is due as far as its endpoint has places, a little ahead of them, and begins each
 * as soon as there is one. A backlog is leased endpoint by endpoint, so none hides another.
 */
export class Lane {
  readonly #lane: DeliveryLane;
  readonly #parts: LaneParts;
  readonly #places: DeliveryPlaces;
  readonly #queue = new LeaseQueue();
  readonly #wake = new Wake();
  /** Endpoints that may have something due: those asked for longest ago first. */
  readonly #known = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #over = new AbortController();
  #lookedAt = -Infinity;
  #lookAfter = "";
  #stopping = false;

  constructor(lane: DeliveryLane, parts: LaneParts) {
    this.#lane = lane;
    this.#parts = parts;
    this.#places = new DeliveryPlaces(LANE_LIMITS[lane]);
  }

  /** How many more deliveries to this endpoint the lane can have now. */
  roomFor(endpointId: string): number {
    if (this.#stopping || this.#running.size - this.#places.underWay >= UNRECORDED_MAX) return 0;
    const queued = this.#queue.count(endpointId);
    const atOnce = Math.max(0, this.#places.freeFor(endpointId) - queued);
    const wanted = this.#places.freeFor(endpointId) + this.#places.aheadFor(endpointId) - queued;
    return Math.max(0, Math.min(wanted, Math.max(atOnce, QUEUED_MAX - this.#queue.size)));
  }

  /** Begins attempts for deliveries that are leased to this process, or queues them. */
  take(leased: readonly LeasedDelivery[]): void {
    const now = performance.now();
    for (const one of leased) this.#queue.add(one, now);
    for (const id of new Set(leased.map(({ endpoint }) => endpoint.id))) this.#beginTo(id);
  }

  /** These endpoints have something due. */
  note(endpointIds: Iterable<string>): void {
    for (const id of endpointIds) this.#known.add(id);
    this.#wake.up();
  }

  run(): BackgroundJob {
    const { pauseMs, failed } = this.#parts;
    // A run ends only by the stop or an error, such as a database that is away: then it pauses for longer and longer.
    const job = runRepeatedly(pauseMs, (signal) => this.#rounds(signal), failed);
    return {
      stop: async () => {
        this.#stopping = true;
        const stopped = job.stop();
        this.#wake.up();
        await stopped;
        await this.#giveBackOlder(0).catch((error: unknown) => failed(error, 1)); // Their leases end by themselves.
        // Attempts under way may end: a receiver that has the event already would get it once more.
        const over = setTimeout(() => this.#over.abort(), STOPPED_WITHIN_MS);
        await Promise.all(this.#running);
        clearTimeout(over);
      },
    };
  }

  async #rounds(stopping: AbortSignal): Promise<void> {
    const { pauseMs } = this.#parts;
    while (!stopping.aborted) {
      await this.#giveBackOlder(QUEUED_MAX_MS);
      if (performance.now() - this.#lookedAt >= pauseMs) await this.#look();
      for (const id of this.#queue.endpoints) this.#beginTo(id);
      const leased = await this.#leaseMore();
      if (leased === 0 && !stopping.aborted) await this.#wake.within(pauseMs);
    }
  }

  /** Finds the endpoints that have something due, by whatever process it was recorded. */
  async #look(): Promise<void> {
    const { checkout } = this.#parts;
    this.#lookedAt = performance.now();
    const found = await listDueEndpoints(checkout.db.manager, {
      lane: this.#lane,
      now: checkout.clock.now(),
      after: this.#lookAfter,
      limit: FOUND_AT_ONCE,
    });
    this.#lookAfter = found.length === FOUND_AT_ONCE ? (found.at(-1)?.id ?? "") : "";
    for (const { id, isDue } of found) if (isDue) this.#known.add(id);
  }

  /** Leases what the known endpoints have room for. Returns how many there were. */
  async #leaseMore(): Promise<number> {
    const wanted = this.#wanted();
    if (wanted.size === 0) return 0;
    for (const id of wanted.keys()) this.#known.delete(id);
    const leased = await lease(this.#parts.checkout, this.#lane, wanted);
    const counts = new Map<string, number>();
    for (const { endpoint } of leased) counts.set(endpoint.id, (counts.get(endpoint.id) ?? 0) + 1);
    // There may be more of those; they are asked for behind the others.
    for (const [id, asked] of wanted) if (counts.get(id) === asked) this.#known.add(id);
    this.take(leased);
    return leased.length;
  }

  /** Few large leases cost less than many small ones: an endpoint with a queue waits until half of it has gone. */
  #wanted(): ReadonlyMap<string, number> {
    const wanted = new Map<string, number>();
    let left = LEASED_AT_ONCE;
    for (const id of this.#known) {
      const room = Math.min(this.roomFor(id), left);
      if (room === 0 || this.#queue.count(id) > this.#places.aheadFor(id) / 2) continue;
      wanted.set(id, room);
      left -= room;
      if (left === 0 || wanted.size === ENDPOINTS_AT_ONCE) break;
    }
    return wanted;
  }

  #beginTo(endpointId: string): void {
    while (!this.#stopping && this.#places.freeFor(endpointId) > 0) {
      const leased = this.#queue.next(endpointId);
      if (leased === undefined) return;
      this.#begin(leased);
    }
  }

  #begin(leased: LeasedDelivery): void {
    const place = this.#places.begin(leased.endpoint.id);
    const running = this.#attempt(leased, place).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** The place is free with the answer: the next request does not wait until this one is recorded. */
  async #attempt(leased: LeasedDelivery, place: Place): Promise<void> {
    const made = await this.#parts.attempt(leased, this.#over.signal);
    place.end(made?.received === true);
    this.#beginTo(leased.endpoint.id);
    this.#wakeForMore();
    if (made === undefined) return;
    await this.#parts.record(made);
    this.#wakeForMore();
  }

  /** A round costs more than an attempt's end should, and has nothing to do where nothing waits. */
  #wakeForMore(): void {
    if (this.#known.size > 0 || this.#queue.size > 0) this.#wake.up();
  }

  async #giveBackOlder(milliseconds: number): Promise<void> {
    const old = this.#queue.takeOlder(performance.now() - milliseconds);
    await giveBack(this.#parts.checkout, old);
    for (const { endpoint } of old) this.#known.add(endpoint.id);
  }
}
