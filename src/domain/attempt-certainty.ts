import type { ResultOutcome } from "./classification.js";

/**
 * What asking about an attempt has come to.
 *
 * `clear`: all that the gateway has of it is known for good. `silent`: it could not be asked, and has said nothing.
 * `doubtful`: it has said something that is not its last word, and may have taken money, or may yet.
 */
export type AttemptCertainty = "clear" | "silent" | "doubtful";

/** The last that is known of one transaction. */
export interface KnownTransaction {
  readonly outcome: ResultOutcome;
  readonly responseCode: number | null;
  readonly state: string;
}

/** What an asking brought besides the results. */
export interface AttemptAnswers {
  /** True where the gateway listed all sales of the attempt. */
  readonly searched: boolean;
  /** True where it knows of a sale that it said nothing believable about. */
  readonly unanswered: boolean;
}

/** How an attempt stands after it was asked about. */
export function certaintyOf(
  transactions: readonly KnownTransaction[],
  { searched, unanswered }: AttemptAnswers,
): AttemptCertainty {
  const doubtful = transactions.some((transaction) => isDoubtful(transaction, searched));
  if (doubtful || unanswered) return "doubtful";
  return searched || transactions.length > 0 ? "clear" : "silent";
}

/** True where the transaction may have taken money, or may yet, without anybody knowing. */
function isDoubtful({ outcome, responseCode, state }: KnownTransaction, searched: boolean): boolean {
  if (outcome !== "unknown") return false;
  // It speaks of another transaction: a search has found that one, or there is none.
  if (responseCode === DUPLICATE_REQUEST) return !searched;
  return responseCode === IN_PROGRESS || !ENDED_STATES.has(state);
}

const IN_PROGRESS = 65536;
const DUPLICATE_REQUEST = 65554;

/** States in which a transaction has ended without taking money (Cardstream guide ). */
const ENDED_STATES: ReadonlySet<string> = new Set([
  "finished",
  "declined",
  "referred",
  "reversed",
  "canceled",
  "rejected",
  "verified",
]);
