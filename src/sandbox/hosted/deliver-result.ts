import type { SandboxPage } from "../pages/layout.js";
import { lostPage } from "../pages/lost-page.js";
import { redirectPage } from "../pages/redirect-page.js";
import type { SandboxContext } from "../protocol/context.js";
import { type CallbackDelivery, sendCallback } from "../payments/send-callback.js";

/** A result and its destination. */
export interface Delivery extends CallbackDelivery {
  readonly redirectURL: string;
  readonly merchantName: string;
  /** The outcome in words, for the shopper. */
  readonly label: string;
}

/**
 * Sends a result twice, unless a planned fault changes that: first from server to server, then with the page
 * that is returned here.
 */
export async function deliver(parts: SandboxContext, delivery: Delivery): Promise<SandboxPage> {
  await sendCallback(parts, delivery);
  return delivery.faults.has("redirect_lost") ? lostPage(delivery) : redirectPage(delivery);
}
