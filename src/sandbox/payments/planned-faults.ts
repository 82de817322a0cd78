/** The faults that can be planned, with their labels. */
export const PLANNED_FAULTS = {
  callback_dropped: "The callback is never sent",
  callback_delayed: "The callback comes late",
  callback_doubled: "The callback comes twice at once",
  callback_after_redirect: "The callback comes after the browser",
  redirect_lost: "The browser is not led back",
  wrong_amount: "Another amount is received",
  forged: "A forged success: nothing is paid, and another secret signs",
  partial_signature: "A forged success: nothing is paid, and the signature covers the request only",
  direct_error: "The direct endpoint fails before it does anything",
  direct_timeout: "The direct endpoint does its work and does not answer",
  refund_refused: "The direct endpoint refuses to give money back",
  search_error: "The transaction search fails",
  search_timeout: "The transaction search does not answer",
  amount_bands: "The amount decides, by the bands that the gateway publishes for its test accounts",
  card_declined: "Each card is declined",
  settlement_rejected: "Each payment is rejected when it is settled",
  settlement_delayed: "No payment is settled by itself",
  authentication_required: "Each payment is declined until the shopper is authenticated",
} as const;

export type FaultName = keyof typeof PLANNED_FAULTS;

/** The faults of one request, each with its milliseconds; undefined for the default. */
export type PlannedFaults = ReadonlyMap<FaultName, number | undefined>;

export const NO_FAULTS: PlannedFaults = new Map();

/**
 * Reads faults as they are sent and stored: names separated by commas, timed ones with milliseconds after a
 * colon (`callback_delayed:1500,callback_doubled`); "" and `none` for none. Undefined if a name is unknown or
 * a time is longer than a day.
 */
export function readPlannedFaults(text: string): PlannedFaults | undefined {
  if (text === "" || text === "none") return NO_FAULTS;
  const faults = text.split(",").map(readFault);
  return faults.every((fault) => fault !== undefined) ? new Map(faults) : undefined;
}

/** Writes faults as `readPlannedFaults` reads them. */
export function faultsText(faults: PlannedFaults): string {
  return [...faults].map(([name, ms]) => (ms === undefined ? name : `${name}:${ms}`)).join(",");
}

/** How long a fault delays or times out, in milliseconds. */
export function faultMs(faults: PlannedFaults, name: TimedFault): number {
  return faults.get(name) ?? DEFAULT_MS[name];
}

/** True for faults of the payment itself, which the card page offers. The outcome is another choice there. */
export function isPaymentFault(name: string): boolean {
  return (
    name in PLANNED_FAULTS && !/^(direct|refund|search|settlement|amount|card|authentication)_/.test(name)
  );
}

/** Longer than a browser takes to return to the merchant, and well below the time-outs of clients. */
const DEFAULT_MS = {
  callback_delayed: 2_000,
  callback_after_redirect: 1_000,
  direct_timeout: 60_000,
  search_timeout: 60_000,
} as const;

type TimedFault = keyof typeof DEFAULT_MS;

const MS_MAX = 86_400_000;

function readFault(text: string): [FaultName, number | undefined] | undefined {
  const [, name = "", ms] = /^\s*([a-z_]+)(?::(\d{1,8}))?\s*$/.exec(text) ?? [];
  if (!(name in PLANNED_FAULTS) || Number(ms ?? 0) > MS_MAX) return undefined;
  if (ms !== undefined && !(name in DEFAULT_MS)) return undefined;
  return [name as FaultName, ms === undefined ? undefined : Number(ms)];
}
