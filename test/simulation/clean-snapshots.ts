import type { Delivery } from "./history.js";
import type { PaymentAnswer } from "./payment-lists.js";
import { cleanWebhooks } from "./webhooks/clean-webhooks.js";
import type { Charge, HeldAnswer, IntentRecord, Ordered, ResultRecord, Snapshots } from "./snapshots.js";

/** Snapshots that can be spoiled. */
export type Changeable<T> = T extends readonly (infer Item)[]
  ? Changeable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Changeable<T[Key]> }
    : T;

export const ORDERS: Ordered[] = [
  { number: 0, amount: 500, currency: "gbp", searchable: true },
  { number: 1, amount: 700, currency: "jpy", searchable: false },
];

/** Two sessions: `cs_a` was paid, then paid again with another card, which went back; `cs_b` was declined and left. */
export function clean(): Changeable<Snapshots> {
  return {
    ledger: [
      charge("1", "cs_a", 500, "gbp"),
      { ...charge("2", "cs_a", 500, "gbp"), returned: 500, returns: 1 },
      charge("3", "cs_b", 0, "jpy"),
    ],
    books: books(),
    answers: {
      created: [
        { number: 0, session: "cs_a" },
        { number: 0, session: "cs_a" },
        { number: 1, session: "cs_b" },
      ],
      deliveries: [
        delivery("1", "cs_a", "callback", 200),
        delivery("1", "cs_a", "return", 303),
        delivery("2", "cs_a", "callback", 0),
        delivery("2", "cs_a", "return", 303),
        delivery("3", "cs_b", "callback", 200),
        delivery("04", "cs_b", "callback", 400),
      ],
      reads: [
        { session: "cs_a", status: "complete", paymentStatus: "paid", paymentIntent: "pi_a" },
        { session: "cs_b", status: "open", paymentStatus: "unpaid", paymentIntent: null },
      ],
      decisions: [{ held: "gr_2", resolution: "return" }],
      listed: [],
      held: [heldAnswer("2", "cs_a", "duplicate", "return")],
      payments: [listed(intent("pi_a", "cs_a", 500, "gbp", "1"))],
      refunds: [],
      orders: [],
      challenges: [],
      faulty: [],
    },
    webhooks: cleanWebhooks(),
    accounts: [],
  };
}

function books(): Changeable<Snapshots["books"]> {
  const [one, other] = ORDERS.map(({ number, amount, currency }) => ({ number, amount, currency }));
  if (one === undefined || other === undefined) throw new Error("Two sessions were ordered.");
  const unpaid = { completedBy: null, paymentIntent: null, expiredAt: 1 };
  const mode = "payment";
  return {
    sessions: [
      {
        ...one,
        mode,
        id: "cs_a",
        status: "complete",
        completedBy: "1",
        paymentIntent: "pi_a",
        expiredAt: null,
      },
      { ...other, mode, id: "cs_b", status: "expired", ...unpaid },
    ],
    results: [
      result("1", "cs_a", "completed"),
      { ...result("2", "cs_a", "held", "duplicate"), resolution: "return" },
      result("3", "cs_b", "declined"),
    ],
    intents: [intent("pi_a", "cs_a", 500, "gbp", "1")],
    refunds: [],
    events: [
      { type: "payment_intent.created", object: "pi_a" },
      { type: "payment_intent.succeeded", object: "pi_a" },
      { type: "checkout.session.completed", object: "cs_a" },
      { type: "held_payment.created", object: "gr_2" },
      { type: "held_payment.returned", object: "gr_2" },
      { type: "checkout.session.expired", object: "cs_b" },
    ],
    pending: [],
  };
}

/** A sale of which nothing went back. */
export function charge(
  transaction: string,
  session: string,
  received: number,
  currency: string,
): Changeable<Charge> {
  const code = received > 0 ? 0 : 5;
  return {
    transaction,
    session,
    attempt: 1,
    code,
    state: received > 0 ? "accepted" : "declined",
    received,
    returned: 0,
    returns: 0,
    refunds: [],
    currency,
    at: 0,
  };
}

/** A payment that succeeded by the transaction. */
export function intent(
  id: string,
  session: string | null,
  amount: number,
  currency: string,
  decidedBy: string,
): IntentRecord {
  const sums = { amount, received: amount, refunded: 0, currency };
  const captured = { isAuthorization: false, cancellationReason: null };
  return { id, session, status: "succeeded", ...sums, ...captured, settlement: "accepted", decidedBy };
}

/** The payment as its merchant's list shows it. */
export function listed(payment: IntentRecord): Changeable<PaymentAnswer> {
  const { id, session, status, amount, received, refunded, currency } = payment;
  return { id, session, status, amount, received, refunded, currency, metadata: {} };
}

export function result(
  transaction: string,
  session: string | null,
  outcome: string,
  heldReason: string | null = null,
  via = "callback",
): ResultRecord {
  const unresolved = { heldReason, via, receivedAt: 1, resolution: null };
  const subject = { session, payment: null, reversal: null };
  return { id: `gr_${transaction}`, ...subject, transaction, outcome, ...unresolved };
}

export function delivery(
  transaction: string,
  session: string,
  via: Delivery["via"],
  status: number,
): Delivery {
  return { transaction, session, via, at: 2, status };
}

function heldAnswer(
  transaction: string,
  session: string,
  reason: string,
  resolution: string | null = null,
): Changeable<HeldAnswer> {
  const unread = { amount: null, received: null, possible: [] };
  return { id: `gr_${transaction}`, session, transaction, reason, resolution, ...unread };
}

/** Holds a payment of `cs_b`, as the service does. */
export function hold(
  { ledger, books, answers }: Changeable<Snapshots>,
  received: number,
  reason: string,
): void {
  ledger.push(charge("5", "cs_b", received, "jpy"));
  books.results.push(result("5", "cs_b", "held", reason));
  books.events.push({ type: "held_payment.created", object: "gr_5" });
  answers.held.push(heldAnswer("5", "cs_b", reason));
}

/** Has the merchant accept it. */
export function accept({ books, answers }: Changeable<Snapshots>, received: number): void {
  const row = books.results.find(({ id }) => id === "gr_5");
  const session = books.sessions.find(({ id }) => id === "cs_b");
  const waiting = answers.held.find(({ id }) => id === "gr_5");
  if (row === undefined || session === undefined || waiting === undefined)
    throw new Error("Nothing is held.");
  Object.assign(session, { status: "complete", completedBy: "5", paymentIntent: "pi_b" });
  row.resolution = waiting.resolution = "accept";
  books.intents.push(intent("pi_b", "cs_b", received, "jpy", "5"));
  answers.payments.push(listed(intent("pi_b", "cs_b", received, "jpy", "5")));
  books.events.push(
    { type: "held_payment.accepted", object: "gr_5" },
    { type: "payment_intent.created", object: "pi_b" },
    { type: "payment_intent.succeeded", object: "pi_b" },
    { type: "checkout.session.completed", object: "cs_b" },
  );
  Object.assign(answers.reads[1] ?? {}, { status: "complete", paymentStatus: "paid", paymentIntent: "pi_b" });
}
