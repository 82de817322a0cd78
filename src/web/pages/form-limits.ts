import type { CheckoutContext } from "../../checkout/context.js";
import { createWindowCounts } from "../connections/window-counts.js";

/**
 * How often the buttons of sessions' pages may be pressed: each press locks a session's row, and may make the service
 * ask the gateway. Without a limit anyone who has a link could go on for ever.
 */
export interface FormLimits {
  /** Whether the form of this session may be given out to this address; undefined where that is not known. */
  mayGive(sessionId: string, address: string | undefined): boolean;
  /** Counts a form that was given out. Shoppers seldom need that of one attempt again: it counts for the address. */
  given(sessionId: string, address: string | undefined, isAgain: boolean): void;
  /** Counts a press that gave no form out, of any session or none. */
  wasted(address: string | undefined): void;
}

/** The time in which presses are counted. */
export const WINDOW_MS = 10 * 60_000;

/** Of one session: a shopper with many cards, who reloads the gateway's page now and then. */
export const FORMS_OF_SESSION = 60;

/** Of one address, not counting the first form of each attempt: a school or a company may share one address. */
export const PRESSES_OF_ADDRESS = 600;

/** Addresses and sessions that are counted: some megabytes. A flood of more, each counted once, reaches no limit. */
const NAMES_MAX = 20_000;

/** Counts in memory, for this process. `now` is a test's clock. */
export function createFormLimits(now?: () => number): FormLimits {
  const counted = { windowMs: WINDOW_MS, namesMax: NAMES_MAX, now };
  const [sessions, addresses] = [createWindowCounts(counted), createWindowCounts(counted)];
  const countAddress = (address: string | undefined): void => {
    if (address !== undefined) addresses.add(address);
  };
  return {
    mayGive: (sessionId, address) =>
      sessions.of(sessionId) < FORMS_OF_SESSION &&
      (address === undefined || addresses.of(address) < PRESSES_OF_ADDRESS),
    given(sessionId, address, isAgain) {
      sessions.add(sessionId);
      if (isAgain) countAddress(address);
    },
    wasted: countAddress,
  };
}

/** The limits of a service. */
export function formLimitsOf(checkout: CheckoutContext): FormLimits {
  const known = limits.get(checkout);
  if (known !== undefined) return known;
  const made = createFormLimits();
  limits.set(checkout, made);
  return made;
}

/** A process has one service; that of the tests has many. */
const limits = new WeakMap<CheckoutContext, FormLimits>();
