/** The kind of target that an attempt pays. */
export type TargetKind = "session" | "payment_intent";

/** What a `transactionUnique` of this service identifies. */
export interface AttemptReference {
  readonly kind: TargetKind;
  readonly targetId: string;
  readonly attempt: number;
}

/**
 * The gateway's `transactionUnique` of an attempt: `cs_...-1`, or `pi_...-1` of a direct charge. Ids hold no
 * hyphen.
 */
export function attemptReference(targetId: string, attempt: number): string {
  return `${targetId}-${attempt}`;
}

/**
 * True if the newest of a session's pending attempts is in doubt, by the answers of the gateway. Those before it are
 * known to have failed.
 */
export function isNewestInDoubt(
  { id, attempt }: { readonly id: string; readonly attempt: number },
  pending: readonly { readonly reference: string; readonly certainty: string | null }[],
): boolean {
  const newest = pending.find(({ reference }) => reference === attemptReference(id, attempt));
  return newest?.certainty === "doubtful";
}

/** Parses a `transactionUnique`. Undefined if this service did not make it. */
export function parseAttemptReference(text: string): AttemptReference | undefined {
  const [, targetId, prefix = "", attempt] =
    /^((cs|pi)_[0-9A-Za-z]{1,60})-([1-9][0-9]{0,5})$/.exec(text) ?? [];
  const kind = KINDS.get(prefix);
  if (targetId === undefined || kind === undefined) return undefined;
  return { kind, targetId, attempt: Number(attempt) };
}

const KINDS: ReadonlyMap<string, TargetKind> = new Map([
  ["cs", "session"],
  ["pi", "payment_intent"],
]);

/** When to ask about an attempt, counted from when its form was given out or its charge recorded. */
const RUNGS_MS = [1, 5, 15, 60].map((minutes) => minutes * 60_000);

const DAY_MS = 24 * 3_600_000;

/**
 * An attempt still unknown after a day is asked about at doubling intervals; after the last one only a person
 * can resolve it.
 */
const LATE_RUNGS_MS = [1, 2, 4, 8, 16, 32].map((days) => days * DAY_MS);

/** Before expiry becomes final, with time for a slow answer. */
const BEFORE_CLOSE_MS = 60_000;

/** How long an attempt may be silent before the operator sees it: shoppers take their time. */
const SILENT_MS = 15 * 60_000;

/** The times that an attempt's schedule depends on. */
interface AttemptTimes {
  readonly givenAt: number;
  /** When its session's expiry becomes final. */
  readonly closesAt: number;
}

/** The times of a direct charge recorded now: after a day the gateway has reported all that it will. */
export function chargeTimes(now: number): AttemptTimes {
  return { givenAt: now, closesAt: now + DAY_MS };
}

/** The times of an attempt whose shopper has a step to do until `endsAt`: then the gateway is asked how it stands. */
export function stepTimes(now: number, endsAt: number): AttemptTimes {
  return { givenAt: now, closesAt: endsAt + BEFORE_CLOSE_MS };
}

/**
 * The next time to ask after `now`, in milliseconds since the epoch. Missed times are skipped; null after the
 * last.
 */
export function nextAskAt({ givenAt, closesAt }: AttemptTimes, now: number): number | null {
  const rungs = [...RUNGS_MS, ...LATE_RUNGS_MS].map((after) => givenAt + after);
  const later = [...rungs, closesAt - BEFORE_CLOSE_MS].filter((time) => time > now);
  return later.length === 0 ? null : Math.min(...later);
}

/**
 * True once the gateway's page is certainly closed: a transaction that the gateway does not have by then was
 * never made.
 */
export function isOver({ givenAt }: AttemptTimes, now: number): boolean {
  return now >= givenAt + DAY_MS;
}

/** True once an attempt with an unknown outcome belongs in the operator's list. */
export function isSilent({ givenAt }: AttemptTimes, now: number): boolean {
  return now >= givenAt + SILENT_MS;
}
