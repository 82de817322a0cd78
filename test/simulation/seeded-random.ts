/** Chances that a seed decides: the same seed, the same throws. */
export interface SeededRandom {
  /** A whole number from 0 to `below` - 1. */
  number(below: number): number;
  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean;
  /** One of them; a kind with twice the weight comes twice as often. */
  pick<Kind extends string>(weights: Readonly<Record<Kind, number>>): Kind;
  shuffled<T>(items: readonly T[]): T[];
}

export function seededRandom(seed: number): SeededRandom {
  const next = mulberry32(seed);
  const number = (below: number): number => Math.floor(next() * below);
  return {
    number,
    chance: (percent) => next() * 100 < percent,
    pick(weights) {
      const kinds = Object.entries<number>(weights) as [keyof typeof weights, number][];
      let left = next() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
      const [last] = kinds.at(-1) ?? [];
      if (last === undefined) throw new Error("There is nothing to pick from.");
      return kinds.find(([, weight]) => (left -= weight) < 0)?.[0] ?? last;
    },
    shuffled(items) {
      const left = [...items];
      return items.flatMap(() => left.splice(number(left.length), 1));
    },
  };
}

/** Tommy Ettinger's generator: 32 bits of state are plenty for a schedule, and it is the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
