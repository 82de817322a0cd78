import type { CallbackFault, Plan } from "./plan.js";

/** What the gateway is to do wrong with the payments of this plan, in the words of its card page. */
export function faultsOfPayment({ callback, redirect, tampering, delayMs }: Plan): string {
  const faults = [
    CALLBACK_FAULTS[callback](delayMs),
    redirect === "lost" ? "redirect_lost" : "",
    tampering === "wrong amount" ? "wrong_amount" : "",
  ];
  return faults.filter((fault) => fault !== "").join(",") || "none";
}

/** The gateway calls back before it leads the browser on, unless it is told otherwise. */
const CALLBACK_FAULTS: Record<CallbackFault, (delayMs: number) => string> = {
  prompt: () => "",
  dropped: () => "callback_dropped",
  delayed: (delayMs) => `callback_delayed:${delayMs + AWAY_MS}`,
  doubled: () => "callback_doubled",
  // At the same moment as the page that leads back: the two meet at the service.
  "with the redirect": () => "callback_after_redirect:0",
  "after the redirect": (delayMs) => `callback_after_redirect:${delayMs}`,
};

/** Long enough for the shopper to have come back and gone on. */
const AWAY_MS = 600;
