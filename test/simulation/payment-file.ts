import { grouped } from "./evidence.js";
import type { ChallengeMet, Delivery, OrderAnswer } from "./history.js";
import type {
  Charge,
  EventRecord,
  IntentRecord,
  RefundRecord,
  ResultRecord,
  Rule,
  Snapshots,
} from "./snapshots.js";

/** Everything that the three snapshots say about one payment. */
export interface PaymentFile {
  readonly payment: IntentRecord;
  /** A direct charge has its own; a session's payment has the one that paid it. */
  readonly charges: readonly Charge[];
  /** What was recorded of direct charges. */
  readonly results: readonly ResultRecord[];
  readonly refunds: readonly RefundRecord[];
  /** Answers about the payment's charges. */
  readonly orders: readonly OrderAnswer[];
  /** What its shopper did where the card's issuer asked. */
  readonly challenges: readonly ChallengeMet[];
  readonly deliveries: readonly Delivery[];
  /** About the payment and its refunds. */
  readonly events: readonly EventRecord[];
  /** True where the gateway is still to be asked about it. */
  readonly pending: boolean;
}

/** A rule about one payment: answers what is wrong, in sentences. */
export interface PaymentRule {
  readonly rule: Rule;
  /** True where nothing that happens later mends what is broken. */
  readonly lasts?: boolean;
  readonly broken: (file: PaymentFile) => string[];
}

/** Sorts the snapshots by payment. */
export function paymentFiles({ ledger, books, answers }: Snapshots): PaymentFile[] {
  const charges = grouped(ledger, ({ session }) => session);
  const byTransaction = grouped(ledger, ({ transaction }) => transaction);
  const results = grouped(books.results, ({ payment }) => payment ?? "");
  const refunds = grouped(books.refunds, ({ payment }) => payment);
  const orders = grouped(answers.orders, ({ id }) => id ?? "");
  const challenges = grouped(answers.challenges, ({ payment }) => payment);
  const deliveries = grouped(answers.deliveries, ({ session }) => session);
  const events = grouped(books.events, ({ object }) => object);
  const pending = new Set(books.pending);
  return books.intents.map((payment) => {
    const { id, session, decidedBy } = payment;
    const own = refunds.get(id) ?? [];
    return {
      payment,
      charges: (session === null ? charges.get(id) : byTransaction.get(decidedBy ?? "")) ?? [],
      results: results.get(id) ?? [],
      refunds: own,
      orders: orders.get(id) ?? [],
      challenges: challenges.get(id) ?? [],
      deliveries: deliveries.get(id) ?? [],
      events: [id, ...own.map((refund) => refund.id)].flatMap((object) => events.get(object) ?? []),
      pending: pending.has(id),
    };
  });
}

/** The charge that paid; undefined where none did. */
export function paidBy({ payment, charges }: PaymentFile): Charge | undefined {
  if (payment.status !== "succeeded") return undefined;
  return charges.find(({ transaction, received }) => transaction === payment.decidedBy && received > 0);
}
