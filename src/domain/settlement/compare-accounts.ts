import { ACTION, isPaidState, STATE } from "../gateway-codes.js";
import type { AccountLine, HeldLine, PaymentLine, RefundLine } from "./account-line.js";
import { SETTLEMENT } from "./settlement.js";

/** A transaction in the gateway's own books. */
export interface GatewayEntry {
  readonly transactionID: string;
  readonly transactionUnique: string;
  readonly action: string;
  readonly state: string;
  /** What the gateway has received of it, or given back by it: in minor units. */
  readonly amount: number;
  /** Three letters of ISO 4217 in lower case. */
  readonly currency: string;
}

/** One difference between the accounts and the gateway's books, in words. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The payment, refund or held payment; of what is recorded nowhere, the reference at the gateway. */
  readonly id: string;
  /** The gateway's transaction; null where it has none. */
  readonly transaction: string | null;
  readonly says: string;
}

export type DifferenceKind =
  | "not_recorded"
  | "not_at_gateway"
  | "recorded_twice"
  | "listed_twice"
  | "other_amount"
  | "other_currency"
  | "other_settlement";

/**
 * Compares accounts with the gateway's books, line by line. The books are kept in memory; the lines are not. Of what is
 * left over in the books, `isRecorded` says whether it is on record on another day.
 */
export class AccountComparison {
  readonly #sales = new Map<string, GatewayEntry>();
  /** By the refund's own reference. */
  readonly #refunds = new Map<string, GatewayEntry>();
  readonly #seen = new Set<string>();
  readonly #differences: Difference[] = [];

  constructor(books: Iterable<GatewayEntry>) {
    for (const entry of books) this.#enter(entry);
  }

  /** Transactions that moved money. */
  get entries(): number {
    return this.#sales.size + this.#refunds.size;
  }

  /** Compares one line of the accounts. */
  add(line: AccountLine): void {
    if (line.kind === "payment") this.#addPayment(line);
    else if (line.kind === "refund") this.#addRefund(line);
    else this.#addHeld(line);
  }

  /** All differences, once every line was added. */
  async end(isRecorded: (entry: GatewayEntry) => Promise<boolean>): Promise<readonly Difference[]> {
    for (const entry of [...this.#sales.values(), ...this.#refunds.values()]) {
      if (this.#seen.has(entry.transactionID) || (await isRecorded(entry))) continue;
      const says = `${amountOf(entry)} of the gateway's ${entry.action} are recorded nowhere`;
      this.#note("not_recorded", entry.transactionUnique, entry.transactionID, says);
    }
    return this.#differences;
  }

  #enter(entry: GatewayEntry): void {
    const isRefund = entry.action === ACTION.REFUND_SALE;
    if (!isRefund && entry.action !== ACTION.SALE) return;
    if (!movedMoney(entry)) return;
    const entries = isRefund ? this.#refunds : this.#sales;
    const key = isRefund ? entry.transactionUnique : entry.transactionID;
    if (entries.has(key)) {
      const says = `the gateway's books have it twice, the second time with ${amountOf(entry)}`;
      this.#note("listed_twice", entry.transactionUnique, entry.transactionID, says);
    } else entries.set(key, entry);
  }

  #addPayment(line: PaymentLine): void {
    const entry = this.#sales.get(line.transaction ?? "");
    if (entry === undefined) return this.#addMissing(line);
    if (this.#seen.has(entry.transactionID)) {
      return this.#note(
        "recorded_twice",
        line.id,
        line.transaction,
        "another payment has the same transaction",
      );
    }
    this.#seen.add(entry.transactionID);
    const isRejected = entry.state === STATE.REJECTED;
    if (isRejected !== (line.settlement === SETTLEMENT.REJECTED)) {
      const says = `it is ${line.settlement ?? "not followed"}, and ${entry.state} at the gateway`;
      this.#note("other_settlement", line.id, line.transaction, says);
    }
    if (!isRejected) this.#compareAmounts(line, entry, line.amount - line.reduced);
  }

  #addRefund(line: RefundLine): void {
    const entry = this.#refunds.get(line.id);
    if (line.status !== "succeeded" || line.reference === null) {
      if (entry === undefined) return;
      this.#seen.add(entry.transactionID);
      return this.#note(
        "other_amount",
        line.id,
        entry.transactionID,
        `it is ${line.status}, and ${amountOf(entry)} went back`,
      );
    }
    if (entry === undefined) return this.#addMissing(line);
    this.#seen.add(entry.transactionID);
    this.#compareAmounts(line, entry, line.amount);
  }

  /** Money that waits is on record; what there is to say of it, the person says who decides. */
  #addHeld({ transaction }: HeldLine): void {
    if (transaction !== null) this.#seen.add(transaction);
  }

  #addMissing(line: PaymentLine | RefundLine): void {
    const says = `${line.amount} ${line.currency} are recorded, and the gateway's books have no such transaction`;
    this.#note("not_at_gateway", line.id, line.transaction, says);
  }

  #compareAmounts(line: PaymentLine | RefundLine, entry: GatewayEntry, expected: number): void {
    if (entry.currency !== line.currency) {
      const says = `it is in ${line.currency}, and at the gateway in ${entry.currency}`;
      return this.#note("other_currency", line.id, entry.transactionID, says);
    }
    if (entry.amount === expected) return;
    const says = `${expected} ${line.currency} are recorded, and the gateway has ${amountOf(entry)}`;
    this.#note("other_amount", line.id, entry.transactionID, says);
  }

  #note(kind: DifferenceKind, id: string, transaction: string | null, says: string): void {
    this.#differences.push({ kind, id, transaction, says });
  }
}

/** A cancelled sale had money; a declined one never did. */
function movedMoney({ state, amount }: GatewayEntry): boolean {
  if (state === STATE.CANCELED || state === STATE.REJECTED) return true;
  return isPaidState(state) && amount > 0;
}

function amountOf({ amount, currency }: GatewayEntry): string {
  return `${amount} ${currency}`;
}
