import type { Checkout } from "./checkout.js";

/** Where the gateway is told to post what became of a request. */
export function callbackUrl({ addresses }: Pick<Checkout, "addresses">): string {
  return `${addresses.publicUrl}/callbacks/cardstream`;
}
