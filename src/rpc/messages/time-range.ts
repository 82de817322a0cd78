import type { TimeRange } from "../../../gen/calmonypay/v1/checkout_service_pb.js";

/** Times between which objects of a list were created, in milliseconds; an undefined end lets everything through. */
export interface CreatedRange {
  /** Inclusive. */
  readonly createdFrom: number | undefined;
  /** Exclusive. */
  readonly createdBefore: number | undefined;
}

/** Converts a range of seconds to one of milliseconds: a second ends where the next begins. */
export function createdOf(range: TimeRange | undefined): CreatedRange {
  const from = [range?.gte, after(range?.gt)].filter((second) => second !== undefined);
  const before = [range?.lt, after(range?.lte)].filter((second) => second !== undefined);
  return {
    createdFrom: from.length === 0 ? undefined : Math.max(...from.map(toMilliseconds)),
    createdBefore: before.length === 0 ? undefined : Math.min(...before.map(toMilliseconds)),
  };
}

function after(second: bigint | undefined): bigint | undefined {
  return second === undefined ? undefined : second + 1n;
}

/** Seconds since 1970-01-01T00:00:00Z, the merchants' API's unit, in milliseconds. */
export function toMilliseconds(seconds: bigint): number {
  return Number(seconds) * 1000;
}
