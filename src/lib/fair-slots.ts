/** Most pieces of work under way at the same time: in all, and for each scope. */
export interface SlotLimits {
  readonly total: number;
  readonly each: number;
}

/** A piece of work, and the scope (merchant and mode) that it belongs to. */
export interface Slot {
  readonly scope: string;
  readonly name: string;
}

/**
 * A pool of places for work, shared fairly: however slow one scope's work is, it occupies `limits.each`
 * places at most.
 */
export class FairSlots {
  readonly limits: SlotLimits;
  readonly #scopes = new Map<string, string>();
  readonly #running = new Set<Promise<void>>();

  constructor(limits: SlotLimits) {
    this.limits = limits;
  }

  /** The scopes that occupy all the places that a scope may have. */
  fullScopes(): string[] {
    return [...this.#counts()].flatMap(([scope, count]) => (count >= this.limits.each ? [scope] : []));
  }

  /** True where work may have to wait: all places are taken, or all that one scope may have. */
  isFull(): boolean {
    return this.#scopes.size >= this.limits.total || this.fullScopes().length > 0;
  }

  /** Returns the rows for which a place is free, in order, without those whose work is already under way. */
  choose<Row>(rows: readonly Row[], placeOf: (row: Row) => Slot): Row[] {
    const counts = this.#counts();
    const names = new Set(this.#scopes.keys());
    return rows.filter((row) => {
      const { scope, name } = placeOf(row);
      const count = counts.get(scope) ?? 0;
      if (names.size >= this.limits.total || count >= this.limits.each || names.has(name)) return false;
      counts.set(scope, count + 1);
      names.add(name);
      return true;
    });
  }

  /** Starts work that `choose` returned. It occupies its place until it ends, and must handle its own errors. */
  begin({ scope, name }: Slot, work: () => Promise<void>): void {
    this.#scopes.set(name, scope);
    const running = work().finally(() => {
      this.#scopes.delete(name);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Resolves when any of the work under way now ends; never where there is none. */
  async oneEnded(): Promise<void> {
    await Promise.race(this.#running);
  }

  async allEnded(): Promise<void> {
    await Promise.all(this.#running);
  }

  #counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const scope of this.#scopes.values()) counts.set(scope, (counts.get(scope) ?? 0) + 1);
    return counts;
  }
}
