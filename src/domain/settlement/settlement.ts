import { isPaidState, isUnpaidState, STATE } from "../gateway-codes.js";
import { retainedOf, type Sale } from "../reversal-step.js";

/**
 * Whether the gateway has paid a succeeded payment out, in its own words. `canceled`: all of it was given back before
 * settlement. `unresolved`: the gateway's word does not fit, or none came, and a person has to look.
 */
export type SettlementStatus = (typeof SETTLEMENT)[keyof typeof SETTLEMENT];

/** Where a settlement may stand. */
export const SETTLEMENT = {
  PENDING: "pending",
  ACCEPTED: STATE.ACCEPTED,
  REJECTED: STATE.REJECTED,
  CANCELED: STATE.CANCELED,
  UNRESOLVED: "unresolved",
} as const;

const { PENDING, ACCEPTED, REJECTED, CANCELED, UNRESOLVED } = SETTLEMENT;

/** Where a settlement may end. */
export const SETTLEMENT_ENDS: readonly SettlementStatus[] = [ACCEPTED, REJECTED, CANCELED, UNRESOLVED];

/** Every legal move; all others are impossible. */
const MOVES: Record<SettlementStatus, readonly SettlementStatus[]> = {
  pending: [ACCEPTED, REJECTED, CANCELED, UNRESOLVED],
  unresolved: [ACCEPTED, REJECTED, CANCELED],
  // Few acquirers tell, but what they paid out may come back (guide ).
  accepted: [REJECTED],
  rejected: [],
  canceled: [],
};

/** True where a settlement may go from `from` to `to`; null: of a payment from before settlements were followed. */
export function maySettle(from: SettlementStatus | null, to: SettlementStatus): boolean {
  return MOVES[from ?? PENDING].includes(to);
}

/**
 * Why a settlement is not known. `not_settled`: the sale is still on its way. `amount_mismatch`: the gateway settled,
 * or canceled, another amount than is recorded. `not_found`: it knows no such sale. `no_answer`: it did not answer, or
 * its answer cannot be trusted.
 */
export type SettlementDoubt = "not_settled" | "amount_mismatch" | "not_found" | "no_answer";

/** What one answer of the gateway says about a settlement. */
export type SettlementWord = typeof ACCEPTED | typeof REJECTED | typeof CANCELED | SettlementDoubt;

/** A payment's amounts as they are recorded, in minor units. */
interface Recorded {
  readonly amountReceived: number;
  readonly amountRefunded: number;
}

/**
 * What the sale's state says. Refunds before settlement lower what is settled, and those after it do not: so any amount
 * between all that was received and what refunds have left of it fits.
 */
export function settlementWord(sale: Sale, recorded: Recorded): SettlementWord {
  if (isUnpaidState(sale.state)) return REJECTED;
  if (sale.state === STATE.CANCELED) return isExpected(0, recorded) ? CANCELED : "amount_mismatch";
  if (sale.state !== STATE.ACCEPTED) return isPaidState(sale.state) ? "not_settled" : "no_answer";
  return isExpected(retainedOf(sale), recorded) ? ACCEPTED : "amount_mismatch";
}

function isExpected(settled: number | undefined, { amountReceived, amountRefunded }: Recorded): boolean {
  return settled !== undefined && settled <= amountReceived && settled >= amountReceived - amountRefunded;
}

/**
 * Where the word leaves the settlement of a payment made at `paidAt`: its new status, or when to ask again. An amount
 * that does not fit is not asked about again: it will not change.
 */
export function nextSettlementStep(
  word: SettlementWord,
  paidAt: number,
  now: number,
): { readonly status: SettlementStatus } | { readonly nextAskAt: number } {
  if (!isDoubt(word)) return { status: word };
  const nextAskAt = nextSettlementAskAt(paidAt, now);
  return word === "amount_mismatch" || nextAskAt === null ? { status: UNRESOLVED } : { nextAskAt };
}

/** True where the word leaves the settlement unknown. */
export function isDoubt(word: SettlementWord): word is SettlementDoubt {
  return word !== ACCEPTED && word !== REJECTED && word !== CANCELED;
}

/** The first time to ask after `now`; null after the last. Times at which nobody asked are skipped. */
export function nextSettlementAskAt(paidAt: number, now: number): number | null {
  return ASK_AFTER_DAYS.map((days) => paidAt + days * DAY_MS).find((time) => time > now) ?? null;
}

/** The gateway settles each night. What it has not settled after two weeks, a person has to look up. */
const ASK_AFTER_DAYS = [1, 2, 3, 4, 5, 7, 10, 14];

const DAY_MS = 24 * 3_600_000;
