import { type SeededRandom, seededRandom } from "../seeded-random.js";

/**
 * What a receiver does instead of keeping an event and answering 200 at once: each kind by its weight among a hundred.
 * One that does not answer, or dies, costs its endpoint a second or two.
 */
const WEIGHTS = {
  none: 80,
  "answers 500": 6,
  "answers late": 4,
  "answers twice": 2,
  "closes without an answer": 3,
  "does not answer": 1,
  "dies before its answer": 2,
  "dies behind its answer, before it keeps the event": 2,
};

/** The kinds of fault. */
export const RECEIVER_FAULTS = Object.keys(WEIGHTS).filter((kind) => kind !== "none");

/** How that is counted. */
export function countedAs(fault: string): string {
  return `receiver ${fault}`;
}

/** In how many of a hundred requests a receiver does something else than it should, where nobody says otherwise. */
export const FAILING_DEFAULT = 100 - WEIGHTS.none;

/**
 * Answers for each request in turn what the receiver does. `receiver` is its number in the simulation, `failing` in how
 * many of a hundred requests that is a fault.
 */
export function receiverFaults(seed: number, receiver: number, failing: number): () => keyof typeof WEIGHTS {
  const random: SeededRandom = seededRandom(seed * RECEIVERS + receiver);
  const weights = Object.entries(WEIGHTS).map(([kind, weight]) => [
    kind,
    kind === "none" ? 100 - failing : (weight * failing) / FAILING_DEFAULT,
  ]);
  const scaled = Object.fromEntries(weights) as typeof WEIGHTS;
  return () => random.pick(scaled);
}

/** Far from the seeds that people choose. */
const RECEIVERS = 1_000_033;
