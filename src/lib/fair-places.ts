/** How much may be under way at once: in all, and for one owner. */
export interface PlaceLimits {
  readonly total: number;
  readonly each: number;
}

/** Names a piece of work, and whose it is. */
export interface Place {
  readonly scope: string;
  readonly name: string;
}

/** Places for work that others wait behind, shared out: however slow one owner's work is, it keeps few of them. */
export class FairPlaces {
  readonly limits: PlaceLimits;
  readonly #scopes = new Map<string, string>();
  readonly #running = new Set<Promise<void>>();

  constructor(limits: PlaceLimits) {
    this.limits = limits;
  }

  /** The owners that have all that one may have. */
  fullOwners(): string[] {
    return [...this.#counts()].flatMap(([scope, count]) => (count >= this.limits.each ? [scope] : []));
  }

  /** True where somebody may have to wait: all places are taken, or all of an owner's. */
  isFull(): boolean {
    return this.#scopes.size >= this.limits.total || this.fullOwners().length > 0;
  }

  /** Those of the rows for which there are places, the first ones first; none whose work is under way already. */
  choose<Row>(rows: readonly Row[], placeOf: (row: Row) => Place): Row[] {
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

  /** Begins work that was chosen. It keeps its place until it ends; it handles its own errors. */
  begin({ scope, name }: Place, work: () => Promise<void>): void {
    this.#scopes.set(name, scope);
    const running = work().finally(() => {
      this.#scopes.delete(name);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Resolves when any work ends that is under way now. Never, where none is. */
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
