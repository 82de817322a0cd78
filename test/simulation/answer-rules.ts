import { type Evidence, grouped, isAcknowledged, isGenuine, type SessionRule } from "./evidence.js";
import type { Delivery } from "./history.js";
import type { IntentRecord, Ordered, Snapshots, Violation } from "./snapshots.js";

/** What the service has answered and announced must be true. */
export const ANSWER_RULES: readonly SessionRule[] = [
  { rule: "each acknowledged message durable", lasts: true, broken: forgotten },
  { rule: "nothing recorded that was not taken", lasts: true, broken: believed },
  { rule: "what was read stays true", broken: takenBack },
  { rule: "each event once", broken: wrongEvents },
];

/** On record before it was acknowledged: what is found later by asking, or told again, heals nothing of that. */
function forgotten(file: Evidence): string[] {
  const genuine = file.deliveries.filter((delivery) => isGenuine(file, delivery));
  const forgotten = genuine.filter((delivery) => isAcknowledged(delivery) && !isOnRecord(file, delivery));
  const refused = genuine.filter(({ status }) => status >= 400 && status < 500);
  return [
    ...forgotten.map(
      ({ via, transaction, status }) =>
        `the ${via} of transaction ${transaction} was answered ${status} and was not recorded by then`,
    ),
    ...refused.map(
      ({ via, transaction, status }) => `the ${via} of ${transaction} was refused with ${status}`,
    ),
  ];
}

function isOnRecord({ results }: Evidence, { transaction, at }: Delivery): boolean {
  return results.some((result) => result.transaction === transaction && result.receivedAt <= at);
}

function believed(file: Evidence): string[] {
  return file.deliveries
    .filter((delivery) => !isGenuine(file, delivery) && isAcknowledged(delivery))
    .map(({ via, status }) => `a forged ${via} was answered ${status}`);
}

/**
 * Complete is for good, and paid: once it is captured, and until the gateway rejects it. The last answer is what the
 * database says.
 */
function takenBack({ session, reads, intents: payments }: Evidence): string[] {
  const last = reads.at(-1);
  const complete = reads.filter(({ status }) => status === "complete");
  const intents = new Set(complete.map(({ paymentIntent }) => paymentIntent));
  const [payment] = payments;
  const mayBeUnpaid = payment?.settlement === "rejected" || payment?.isAuthorization === true;
  const paid = session.mode === "setup" ? [NOTHING_DUE] : [...PAID, ...(mayBeUnpaid ? ["unpaid"] : [])];
  const oddlyPaid = reads.filter(({ status, paymentStatus }) =>
    status === "complete" ? !paid.includes(paymentStatus) : PAID.has(paymentStatus),
  );
  const isUnpaid = payment !== undefined && !isReceived(payment);
  return [
    ...(complete.length > 0 && session.status !== "complete"
      ? [`was read as complete, and is ${session.status}`]
      : []),
    ...(intents.size > 1 ? [`was read with ${intents.size} payment intents`] : []),
    ...oddlyPaid.map(({ status, paymentStatus }) => `was read as ${status} and ${paymentStatus}`),
    ...(last === undefined || payment === undefined || (last.paymentStatus === "unpaid") === isUnpaid
      ? []
      : [`has ${isUnpaid ? "no" : "the"} money, and is answered as ${last.paymentStatus}`]),
    ...(last === undefined || last.paymentIntent === session.paymentIntent
      ? []
      : [
          `is answered with ${last.paymentIntent ?? "no intent"}, stored with ${session.paymentIntent ?? "none"}`,
        ]),
  ];
}

const PAID: ReadonlySet<string> = new Set(["paid", "partially_paid"]);
const NOTHING_DUE = "no_payment_required";

/** Captured, and not rejected since. */
function isReceived({ status, settlement }: IntentRecord): boolean {
  return status === "succeeded" && settlement !== "rejected";
}

function wrongEvents({ session, intents, results, events }: Evidence): string[] {
  const isComplete = session.status === "complete" ? 1 : 0;
  const count = (holds: (intent: IntentRecord) => boolean): number => intents.filter(holds).length;
  const decided = (resolution: string): number =>
    results.filter((result) => result.resolution === resolution).length;
  // Told again where a capture came to nothing.
  const capturable = events.filter(({ type }) => type === CAPTURABLE).length;
  const expected: Record<string, number> = {
    "payment_intent.created": intents.length,
    "payment_intent.succeeded": count(({ status }) => status === "succeeded"),
    [CAPTURABLE]: count(({ isAuthorization }) => isAuthorization) === 0 ? 0 : Math.max(1, capturable),
    "payment_intent.canceled": count(({ status }) => status === "canceled"),
    "setup_intent.succeeded": session.mode === "setup" ? isComplete : 0,
    "checkout.session.completed": isComplete,
    "checkout.session.async_payment_failed": count(({ settlement }) => settlement === "rejected"),
    "checkout.session.expired": session.expiredAt === null ? 0 : 1,
    "held_payment.created": results.filter(({ outcome }) => outcome === "held").length,
    "held_payment.accepted": decided("accept"),
    "held_payment.returned": decided("return"),
    "held_payment.dismissed": decided("dismiss"),
  };
  return Object.entries(expected)
    .map(([type, count]) => ({ type, count, stored: events.filter((event) => event.type === type).length }))
    .filter(({ count, stored }) => count !== stored)
    .map(({ type, count, stored }) => `has ${stored} events ${type} instead of ${count}`);
}

const CAPTURABLE = "payment_intent.amount_capturable_updated";

/** Each order one session, however often it was sent. */
export function createdOnce({ books, answers }: Snapshots, orders: readonly Ordered[]): Violation[] {
  const stored = grouped(books.sessions, ({ number }) => String(number));
  const answered = grouped(answers.created, ({ number }) => String(number));
  return orders.flatMap(({ number }) => {
    const ids = new Set((answered.get(String(number)) ?? []).map(({ session }) => session));
    const rows = stored.get(String(number)) ?? [];
    const [id] = ids;
    if (ids.size <= 1 && rows.length === ids.size && rows.every((row) => row.id === id)) return [];
    const says = `order ${number} was answered with ${ids.size} sessions, and ${rows.length} are stored`;
    return [{ rule: "idempotent creates created once", session: id ?? rows[0]?.id, says }];
  });
}

/** What is recorded apart from every session, payment and held payment that goes back was sent by nobody here. */
export function strangers({ books }: Snapshots): Violation[] {
  const held = books.results.filter(({ outcome }) => outcome === "held");
  const known = new Set([...books.sessions, ...books.intents, ...held].map(({ id }) => id));
  return books.results
    .filter(({ session, payment, reversal }) => !known.has(session ?? payment ?? reversal ?? ""))
    .map(({ transaction, outcome }) => ({
      rule: "nothing recorded that was not taken",
      session: undefined,
      says: `transaction ${transaction} is recorded as ${outcome} apart from every session and payment`,
    }));
}

/** Answers that no fault excuses. */
export function faulty({ answers }: Snapshots): Violation[] {
  return answers.faulty.map(({ session, text }) => ({ rule: "no faulty answer", session, says: text }));
}
