import type { CheckoutPoint } from "../../src/checkout/context.js";

/** A replica dies at a point. */
export type Kill = `killed at: ${CheckoutPoint}`;

/**
 * Longer than a dead process keeps a payment to itself that it gives back: with the clocks moved on, nobody
 * waits for it.
 */
export const CLAIM_OVER_MS = 61_000;

export function killsAt(...points: CheckoutPoint[]): Kill[] {
  return points.map((point): Kill => `killed at: ${point}`);
}

/** The point of a kill; undefined for any other trouble. */
export function pointOf(trouble: string): CheckoutPoint | undefined {
  const [, point] = /^killed at: (.*)$/.exec(trouble) ?? [];
  return point as CheckoutPoint | undefined;
}
