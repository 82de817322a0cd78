import type { ResultOutcome } from "./classification.js";
import { isUnpaidState, RESPONSE_CODE, STATE, isWaitingForAuthentication } from "./gateway-codes.js";

/**
 * How certain the outcome of an attempt is.
 *
 * `clear`: every transaction that the gateway has of it is final. `silent`: the gateway did not answer, and
 * has reported nothing. `doubtful`: its report is not final, and the attempt may have taken money, or may
 * yet.
 */
export type AttemptCertainty = "clear" | "silent" | "doubtful";

/** The latest known state of one transaction. */
export interface KnownTransaction {
  readonly outcome: ResultOutcome;
  readonly responseCode: number | null;
  readonly state: string;
}

/** What asking brought besides the results. */
export interface AttemptAnswers {
  /** True where the gateway listed all sales of the attempt. */
  readonly searched: boolean;
  /** True if it has a sale about which it reported nothing that can be trusted. */
  readonly unanswered: boolean;
  /**
   * True if what waits for an authentication takes no money by itself: only this service carries that on, or the
   * gateway's page is closed.
   */
  readonly waitsInVain?: boolean;
}

/** The certainty of an attempt after it was asked about. */
export function certaintyOf(
  transactions: readonly KnownTransaction[],
  { searched, unanswered, waitsInVain = false }: AttemptAnswers,
): AttemptCertainty {
  const open = transactions.filter((one) => !(waitsInVain && isWaitingForAuthentication(one)));
  const doubtful = open.some((transaction) => isDoubtful(transaction, searched));
  if (doubtful || unanswered) return "doubtful";
  return searched || transactions.length > 0 ? "clear" : "silent";
}

/** True if the transaction may have taken money, or may yet, and its outcome is not known. */
function isDoubtful({ outcome, responseCode, state }: KnownTransaction, searched: boolean): boolean {
  if (outcome !== "unknown") return false;
  // It is about another transaction: a search has found that one, or there is none.
  if (responseCode === RESPONSE_CODE.REQUEST_DUPLICATE) return !searched;
  return responseCode === RESPONSE_CODE.IN_PROGRESS || !hasEnded(state);
}

/** True where the transaction has ended without keeping money. */
function hasEnded(state: string): boolean {
  return state === STATE.CANCELED || isUnpaidState(state);
}
