import type { HeldReason } from "../classification.js";
import type { RefundStatus } from "../refund.js";
import type { ReversalAction } from "../reversal-step.js";
import { SETTLEMENT, type SettlementStatus } from "./settlement.js";

/** One line of a day's accounts. */
export type AccountLine = PaymentLine | RefundLine | HeldLine;

interface Line {
  readonly id: string;
  /** When it was recorded, by the merchant's clock. */
  readonly time: number;
  /** In minor units of `currency`; null where the gateway did not say. */
  readonly amount: number | null;
  /** Three letters of ISO 4217 in lower case; null where the gateway named none that is known. */
  readonly currency: string | null;
  /** The gateway's `transactionID`, or null. */
  readonly transaction: string | null;
  /** Its `transactionUnique`; null where it is not known. */
  readonly reference: string | null;
}

/** A payment that was received. */
export interface PaymentLine extends Line {
  readonly kind: "payment";
  readonly amount: number;
  readonly currency: string;
  readonly sessionId: string | null;
  readonly settlement: SettlementStatus | null;
  /** What refunds have taken from the sale itself before settlement, by CANCEL or by a CAPTURE of less. */
  readonly reduced: number;
}

/** A refund that was asked for. */
export interface RefundLine extends Line {
  readonly kind: "refund";
  readonly amount: number;
  readonly currency: string;
  readonly paymentIntentId: string;
  readonly status: RefundStatus;
  /** How it was asked of the gateway; null: it was not. */
  readonly action: ReversalAction | null;
}

/** Money that waits, or waited, for a person, and pays nothing. */
export interface HeldLine extends Line {
  readonly kind: "held_payment";
  readonly sessionId: string | null;
  readonly reason: HeldReason;
  readonly resolution: string | null;
}

/** What lines of one currency come to, each as a number of lines and a sum in minor units. */
export interface AccountSums {
  payments: CountedSum;
  /** Of the payments, those that the gateway has rejected at settlement: what refunds had left of them. */
  rejected: CountedSum;
  /** Refunds that were made, and those that are under way. */
  refunds: CountedSum;
  pendingRefunds: CountedSum;
  /** Held money that nobody has decided about. */
  held: CountedSum;
}

/** A number of lines, and their sum in minor units. */
export interface CountedSum {
  count: number;
  amount: number;
}

/** Adds a line to the sums of its currency. */
export function addLine(sums: Map<string, AccountSums>, line: AccountLine): void {
  if (line.currency === null || line.amount === null) return;
  const own = sums.get(line.currency) ?? noSums();
  sums.set(line.currency, own);
  if (line.kind === "payment") {
    add(own.payments, line.amount);
    if (line.settlement === SETTLEMENT.REJECTED) add(own.rejected, line.amount - line.reduced);
  } else if (line.kind === "refund") {
    if (line.status === "succeeded") add(own.refunds, line.amount);
    if (line.status === "pending") add(own.pendingRefunds, line.amount);
  } else if (line.resolution === null) add(own.held, line.amount);
}

/** What is left of the payments: without those that were rejected, and without refunds that were made. */
export function netOf({ payments, rejected, refunds }: AccountSums): number {
  return payments.amount - rejected.amount - refunds.amount;
}

function noSums(): AccountSums {
  return { payments: none(), rejected: none(), refunds: none(), pendingRefunds: none(), held: none() };
}

function none(): CountedSum {
  return { count: 0, amount: 0 };
}

/** A sum of more than exact numbers hold would be wrong by a penny, and nobody would see it. */
function add(sum: CountedSum, amount: number): void {
  sum.count += 1;
  sum.amount += amount;
  if (!Number.isSafeInteger(sum.amount)) throw new RangeError("The sum is too large to be exact.");
}
