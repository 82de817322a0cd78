import type { DeliveryLane } from "../db/tables/webhook-deliveries.js";
import { createCache } from "../lib/cache.js";

/** Most requests of one lane under way in one process. */
export interface LaneLimits {
  /** Requests that have not waited long for their answer yet. */
  readonly quick: number;
  /** Requests that have; beyond this only endpoints that have answered quickly get places. */
  readonly slow: number;
  /** Requests to one endpoint that has answered quickly, again and again. */
  readonly each: number;
}

/**
 * Few enough for a process's sockets, enough that places are never what limits quick endpoints: a request leaves the
 * quick ones within a second, whatever its endpoint does. An endpoint that answers in 100 ms gets 320 events a second.
 */
export const LANE_LIMITS: Readonly<Record<DeliveryLane, LaneLimits>> = {
  first: { quick: 256, slow: 512, each: 32 },
  later: { quick: 64, slow: 128, each: 2 },
};

/** An endpoint that has not answered quickly, or whose last answer was a failure, has no more than this. */
const UNPROVEN_EACH = 2;

/**
 * Where an endpoint that was proven begins, and all that it may have while half of the quick places are taken: thirty
 * endpoints that fall silent in one second must not take all of them.
 */
const PROVEN_EACH = 8;

/** A request that takes longer is slow: its endpoint must not occupy places that quick ones need. */
const SLOW_AFTER_MS = 1_000;

/**
 * Deliveries that may wait in this process for a place: as many as their endpoint answers in half a second, and eight
 * for each of its places at most. So a lease is a large one, and what is leased is posted soon.
 */
const AHEAD_MS = 500;
const AHEAD_EACH = 8;

/** How much the last answer counts in the time that an endpoint takes to answer. */
const LAST_COUNTS = 0.1;

/** Endpoints that are known to be quick: more of them begin anew with fewer places. */
const PROVEN_MAX = 10_000;

/** What is known of an endpoint that has answered quickly. */
interface Proven {
  /** How many places it has come to. */
  readonly places: number;
  /** How long it takes to answer. */
  readonly answerMs: number;
}

/** A place that a request has. */
export interface Place {
  /** The request is over, or abandoned; `received` if its endpoint has answered with success. */
  end(this: void, received: boolean): void;
}

/**
 * The places of one lane for requests under way. However many endpoints are dead, slow or hostile, their requests leave
 * the places that quick endpoints share within a second, and each of them has two at most. One that answers quickly and
 * with success gets one more with each answer.
 */
export class DeliveryPlaces {
  readonly #limits: LaneLimits;
  readonly #slowAfterMs: number;
  readonly #underWay = new Map<string, number>();
  readonly #proven = createCache<string, Proven>({ max: PROVEN_MAX });
  #quick = 0;
  #slow = 0;

  constructor(limits: LaneLimits, slowAfterMs = SLOW_AFTER_MS) {
    this.#limits = limits;
    this.#slowAfterMs = slowAfterMs;
  }

  /** How many more requests may begin now, of all endpoints together. */
  get free(): number {
    return Math.max(0, this.#limits.quick - this.#quick);
  }

  /** How many requests are under way. */
  get underWay(): number {
    return this.#quick + this.#slow;
  }

  /** How many more requests to this endpoint may begin now. */
  freeFor(endpointId: string): number {
    if (!this.#proven.has(endpointId) && this.#slow >= this.#limits.slow) return 0;
    const free = this.#placesOf(endpointId) - (this.#underWay.get(endpointId) ?? 0);
    return Math.max(0, Math.min(free, this.free));
  }

  /** How many deliveries to this endpoint may wait for a place: none, unless it is known to be quick. */
  aheadFor(endpointId: string): number {
    const proven = this.#proven.get(endpointId);
    if (proven === undefined) return 0;
    return Math.ceil(this.#placesOf(endpointId) * Math.min(AHEAD_EACH, AHEAD_MS / proven.answerMs));
  }

  /** Occupies a place for a request to this endpoint. */
  begin(endpointId: string): Place {
    this.#underWay.set(endpointId, (this.#underWay.get(endpointId) ?? 0) + 1);
    this.#quick++;
    const began = performance.now();
    let slow = false;
    const timer = setTimeout(() => {
      slow = true;
      this.#quick--;
      this.#slow++;
      this.#proven.delete(endpointId);
    }, this.#slowAfterMs);
    timer.unref();
    return {
      end: (received) => {
        clearTimeout(timer);
        if (slow) this.#slow--;
        else this.#quick--;
        if (!received) this.#proven.delete(endpointId);
        else if (!slow) this.#grow(endpointId, performance.now() - began);
        this.#leave(endpointId);
      },
    };
  }

  #placesOf(endpointId: string): number {
    const { each, quick } = this.#limits;
    const crowded = this.#quick >= quick / 2;
    const grown = this.#proven.get(endpointId)?.places ?? UNPROVEN_EACH;
    return Math.min(grown, each, crowded ? PROVEN_EACH : each);
  }

  #grow(endpointId: string, answerMs: number): void {
    const known = this.#proven.get(endpointId) ?? { places: PROVEN_EACH - 1, answerMs };
    this.#proven.set(endpointId, {
      places: Math.min(known.places + 1, this.#limits.each),
      answerMs: known.answerMs + LAST_COUNTS * (answerMs - known.answerMs),
    });
  }

  #leave(endpointId: string): void {
    const left = (this.#underWay.get(endpointId) ?? 1) - 1;
    if (left > 0) this.#underWay.set(endpointId, left);
    else this.#underWay.delete(endpointId);
  }
}
