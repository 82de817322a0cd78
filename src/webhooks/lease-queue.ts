import type { LeasedDelivery } from "./delivery-attempt.js";

/** A leased delivery, and since when it waits. */
interface Waiting {
  readonly leased: LeasedDelivery;
  readonly since: number;
}

/** Deliveries that are leased to this process and wait for a place, by their endpoints. */
export class LeaseQueue {
  readonly #byEndpoint = new Map<string, Waiting[]>();
  #size = 0;

  /** How many wait, to all endpoints. */
  get size(): number {
    return this.#size;
  }

  /** The endpoints that any wait for. */
  get endpoints(): readonly string[] {
    return [...this.#byEndpoint.keys()];
  }

  /** How many wait for this endpoint. */
  count(endpointId: string): number {
    return this.#byEndpoint.get(endpointId)?.length ?? 0;
  }

  add(leased: LeasedDelivery, now: number): void {
    const { id } = leased.endpoint;
    const waiting = this.#byEndpoint.get(id) ?? [];
    if (waiting.push({ leased, since: now }) === 1) this.#byEndpoint.set(id, waiting);
    this.#size++;
  }

  /** Takes the one that has waited longest for this endpoint. */
  next(endpointId: string): LeasedDelivery | undefined {
    const waiting = this.#byEndpoint.get(endpointId);
    const first = waiting?.shift();
    if (first === undefined) return undefined;
    if (waiting?.length === 0) this.#byEndpoint.delete(endpointId);
    this.#size--;
    return first.leased;
  }

  /** Takes all that have waited since `time` or longer. */
  takeOlder(time: number): LeasedDelivery[] {
    const taken: LeasedDelivery[] = [];
    for (const [endpointId, waiting] of this.#byEndpoint) {
      while ((waiting[0]?.since ?? Infinity) <= time) {
        const leased = this.next(endpointId);
        if (leased !== undefined) taken.push(leased);
      }
    }
    return taken;
  }
}
