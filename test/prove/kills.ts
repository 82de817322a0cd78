import type { CheckoutPoint } from "../../src/checkout/checkout.js";

/** A replica dies at a point. */
export type Kill = `killed at: ${CheckoutPoint}`;

export function killsAt(...points: CheckoutPoint[]): Kill[] {
  return points.map((point): Kill => `killed at: ${point}`);
}

/** The point of a kill; undefined for any other trouble. */
export function pointOf(trouble: string): CheckoutPoint | undefined {
  const [, point] = /^killed at: (.*)$/.exec(trouble) ?? [];
  return point as CheckoutPoint | undefined;
}
