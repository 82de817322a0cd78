import { InvalidArgumentError } from "commander";

import type { TimeSpan } from "../../db/tables/day-accounts.js";

/** Reads `--day` and `--until`: a date such as 2026-11-29. */
export function readDate(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // The parser takes February 30 for March 2.
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError("A day is a date such as 2026-11-29.");
}

/** Reads `--time-zone`: a name of the IANA list. */
export function readTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidArgumentError("A time zone is a name such as UTC or Europe/London.");
  }
}

/** From the beginning of the first day until the end of the last, by that zone's clocks. */
export function spanOfDays(first: string, last: string, timeZone: string): TimeSpan {
  const [from, until] = [midnight(first, 0, timeZone), midnight(last, 1, timeZone)];
  if (from < until) return { from, until };
  throw new Error("--until: It is before --day.");
}

/** When the day begins, `later` days after the date. A zone may be at another offset by then than a guess says. */
function midnight(date: string, later: number, timeZone: string): number {
  const wall = Date.parse(`${date}T00:00:00Z`) + later * DAY_MS;
  const guess = wall - offsetAt(wall, timeZone);
  return wall - offsetAt(guess, timeZone);
}

const DAY_MS = 24 * 3_600_000;

/** How far the zone's clocks are ahead of UTC at a time, in milliseconds. */
function offsetAt(time: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  const name = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -ms : ms;
}
