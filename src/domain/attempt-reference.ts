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
