/** What one storm came to. */
export interface StormReport {
  readonly name: string;
  readonly seconds: number;
  /** What was answered and what is stored, a line each. */
  readonly counts: readonly string[];
  /** Everything that is not as it should be; empty where the storm has passed without harm. */
  readonly findings: readonly string[];
}

/** Counts what happens, by its name. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** `200 x 1498, 503 x 2`. */
  text(): string {
    return [...this.#counts].map(([what, count]) => `${what} x ${count}`).join(", ") || "nothing";
  }
}

/** What a table holds besides what it should. */
export function unlike(found: Readonly<Record<string, number>>, wanted: number): string[] {
  return Object.entries(found)
    .filter(([, count]) => count !== wanted)
    .map(([what, count]) => `${what}: ${count} instead of ${wanted}`);
}

/** Does `work` for each number below `count`, so many at once. */
export async function each(
  count: number,
  atOnce: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  const waiting = Array.from({ length: count }, (_, number) => number).values();
  const lane = async (): Promise<void> => {
    for (const number of waiting) await work(number);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
