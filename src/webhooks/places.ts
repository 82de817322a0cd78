import type { DeliveryLane } from "../db/tables/webhook-deliveries.js";
import { createCache } from "../lib/cache.js";

/** Most requests of one lane under way in one process. */
export interface LaneLimits {
  /** Requests that have not waited long for their answer yet. */
  readonly quick: number;
  /** Requests that have; beyond this only endpoints that have answered quickly get places. */
  readonly slow: number;
  /** Requests to one endpoint that has answered quickly. */
  readonly each: number;
}

/**
 * Few enough for a process's sockets, enough that places are never what limits quick endpoints: a request leaves the
 * quick ones within a second, whatever its endpoint does.
 */
export const LANE_LIMITS: Readonly<Record<DeliveryLane, LaneLimits>> = {
  first: { quick: 256, slow: 512, each: 8 },
  later: { quick: 64, slow: 128, each: 2 },
};

/** An endpoint that has not answered quickly, or never yet, occupies no more than this. */
const UNPROVEN_EACH = 2;

/** A request that takes longer is slow: its endpoint must not occupy places that quick ones need. */
const SLOW_AFTER_MS = 1_000;

/** Endpoints that are known to be quick: more of them begin anew with fewer places. */
const PROVEN_MAX = 10_000;

/**
 * The places of one lane for requests under way. However many endpoints are dead, slow or hostile, their requests leave
 * the places that quick endpoints share within a second, and each of them has two at most.
 */
export class DeliveryPlaces {
  readonly #limits: LaneLimits;
  readonly #slowAfterMs: number;
  readonly #underWay = new Map<string, number>();
  readonly #proven = createCache<string, true>({ max: PROVEN_MAX });
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
    const proven = this.#proven.has(endpointId);
    if (!proven && this.#slow >= this.#limits.slow) return 0;
    const each = proven ? this.#limits.each : Math.min(UNPROVEN_EACH, this.#limits.each);
    return Math.max(0, each - (this.#underWay.get(endpointId) ?? 0));
  }

  /** The rows for which a place is free, in order. */
  choose<Row extends { readonly endpointId: string }>(rows: readonly Row[]): Row[] {
    const chosen = new Map<string, number>();
    let left = this.free;
    return rows.filter(({ endpointId }) => {
      const taken = chosen.get(endpointId) ?? 0;
      if (left === 0 || taken >= this.freeFor(endpointId)) return false;
      chosen.set(endpointId, taken + 1);
      left--;
      return true;
    });
  }

  /** Occupies a place for a request to this endpoint. The request is over, or abandoned, when `end` is called. */
  begin(endpointId: string): { readonly end: () => void } {
    this.#underWay.set(endpointId, (this.#underWay.get(endpointId) ?? 0) + 1);
    this.#quick++;
    let slow = false;
    const timer = setTimeout(() => {
      slow = true;
      this.#quick--;
      this.#slow++;
      this.#proven.delete(endpointId);
    }, this.#slowAfterMs);
    timer.unref();
    return {
      end: () => {
        clearTimeout(timer);
        if (slow) this.#slow--;
        else this.#quick--;
        if (!slow) this.#proven.set(endpointId, true);
        this.#leave(endpointId);
      },
    };
  }

  #leave(endpointId: string): void {
    const left = (this.#underWay.get(endpointId) ?? 1) - 1;
    if (left > 0) this.#underWay.set(endpointId, left);
    else this.#underWay.delete(endpointId);
  }
}
