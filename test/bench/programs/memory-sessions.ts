import { newId } from "../../../src/lib/ids.js";

/** How many sessions a server in memory keeps: as many as show whether it grows, few enough not to measure that. */
const KEPT_MAX = 20_000;

/** Sessions of one contender in memory; the oldest one goes when a new one comes. */
export class MemorySessions<Session> {
  readonly #kept = new Map<string, Session>();
  /** In the order of their making, round and round: a Map is slow to find its oldest key once many were deleted. */
  readonly #ids: string[] = [];
  #next = 0;

  /** Keeps what `make` makes of a new id and the time. */
  add(make: (id: string, now: number) => Session): Session {
    const now = Date.now();
    const id = newId("cs", now);
    const session = make(id, now);
    this.#kept.delete(this.#ids[this.#next] ?? "");
    this.#kept.set(id, session);
    this.#ids[this.#next] = id;
    this.#next = (this.#next + 1) % KEPT_MAX;
    return session;
  }

  find(id: string): Session | undefined {
    return this.#kept.get(id);
  }
}
