import t from "tap";

import { findEach } from "./broken-snapshots.js";
import { check } from "./checker.js";
import { type Changeable, charge, clean, ORDERS, result } from "./clean-snapshots.js";
import type { Ordered, Snapshots } from "./snapshots.js";

// Sessions whose payment is captured later, and sessions that only store a card.

/** The clean snapshots, but the payment was authorized with 500, of which 300 were captured. */
function captured(): Changeable<Snapshots> {
  const snapshots = clean();
  const { ledger, books, answers } = snapshots;
  const authorized = { state: "accepted", amount: 500, refusedCaptures: 0 };
  ledger.splice(0, 1, { ...charge("1", "cs_a", 300, "gbp"), authorized });
  for (const payment of books.intents) Object.assign(payment, { isAuthorization: true, received: 300 });
  for (const payment of answers.payments) payment.received = 300;
  books.events.push({ type: "payment_intent.amount_capturable_updated", object: "pi_a" });
  const capture = { what: "capture", status: "succeeded", amount: 300, from: "pi_a" } as const;
  answers.orders.push({ ...capture, key: "capture", id: "pi_a" });
  const read = { session: "cs_a", status: "complete", paymentIntent: "pi_a" };
  answers.reads.splice(
    0,
    1,
    { ...read, paymentStatus: "unpaid" },
    { ...read, paymentStatus: "partially_paid" },
  );
  return snapshots;
}

/** The same, but nothing was captured until it lapsed. */
function lapsed(): Changeable<Snapshots> {
  const snapshots = captured();
  const { ledger, books, answers } = snapshots;
  const authorized = { state: "canceled", amount: 500, refusedCaptures: 0 };
  ledger.splice(0, 1, { ...charge("1", "cs_a", 0, "gbp"), state: "canceled", authorized });
  const end = { status: "canceled", received: 0, settlement: null };
  for (const payment of books.intents) Object.assign(payment, end, { cancellationReason: "expired" });
  for (const payment of answers.payments) Object.assign(payment, { status: "canceled", received: 0 });
  books.events = books.events.filter(({ type }) => type !== "payment_intent.succeeded");
  books.events.push(
    { type: "payment_intent.authorization_expiring", object: "pi_a" },
    { type: "payment_intent.canceled", object: "pi_a" },
  );
  answers.orders = [];
  answers.reads.splice(1, 1);
  return snapshots;
}

/** The clean snapshots, and a session that has stored a card; a second card was verified, too, and is held. */
function stored(): Changeable<Snapshots> {
  const snapshots = clean();
  const { ledger, books, answers } = snapshots;
  const verified = { code: 0, state: "verified", verified: true };
  ledger.push(
    { ...charge("6", "cs_c", 0, "gbp"), ...verified },
    { ...charge("7", "cs_c", 0, "gbp"), ...verified },
  );
  const none = { amount: 0, currency: "gbp", paymentIntent: null, expiredAt: null };
  books.sessions.push({
    ...none,
    id: "cs_c",
    number: 2,
    mode: "setup",
    status: "complete",
    completedBy: "6",
  });
  books.results.push(result("6", "cs_c", "completed"), result("7", "cs_c", "held", "setup_mismatch"));
  books.events.push(
    { type: "setup_intent.succeeded", object: "seti_c" },
    { type: "checkout.session.completed", object: "cs_c" },
    { type: "held_payment.created", object: "gr_7" },
  );
  const unread = { amount: null, received: null, possible: [], resolution: null };
  answers.held.push({ id: "gr_7", session: "cs_c", transaction: "7", reason: "setup_mismatch", ...unread });
  answers.created.push({ number: 2, session: "cs_c" });
  const read = { session: "cs_c", status: "complete", paymentIntent: null };
  answers.reads.push({ ...read, paymentStatus: "no_payment_required" });
  return snapshots;
}

const SETUP: Ordered = { number: 2, amount: 0, currency: "gbp", searchable: true };

t.test("a payment that is captured in part, or lapses, and a card that is stored pass", async (t) => {
  t.same(check(captured(), ORDERS), []);
  t.same(check(lapsed(), ORDERS), []);
  t.same(check(stored(), [...ORDERS, SETUP]), []);
});

findEach(captured, [
  {
    what: "a capture that its session does not show",
    rules: ["what was read stays true"],
    spoil: ({ answers }) => answers.reads[1] && (answers.reads[1].paymentStatus = "unpaid"),
  },
  {
    what: "a capture of more than the service has recorded",
    rules: ["money equal to the unit"],
    spoil: ({ ledger }) => ledger[0] && (ledger[0].received = 301),
  },
  {
    what: "an authorization of another amount than was ordered",
    rules: ["money equal to the unit"],
    spoil: ({ ledger }) => ledger[0]?.authorized && (ledger[0].authorized.amount = 501),
  },
]);

findEach(lapsed, [
  {
    what: "an authorization that lapses without a warning",
    rules: ["each event once"],
    spoil: ({ books }) => {
      books.events = books.events.filter(({ type }) => type !== "payment_intent.authorization_expiring");
    },
  },
  {
    what: "an authorization that is released here, and stands at the gateway",
    rules: ["captured once, or released"],
    spoil: ({ ledger }) => ledger[0]?.authorized && (ledger[0].authorized.state = "approved"),
  },
  {
    what: "an authorization that nobody ever captures or releases",
    rules: ["nothing left unresolved", "each event once"],
    spoil: ({ books, answers }) => {
      for (const payment of [...books.intents, ...answers.payments]) payment.status = "requires_capture";
    },
  },
]);

t.test("the checker finds a stored card that counts as a payment", async (t) => {
  const snapshots = stored();
  for (const session of snapshots.books.sessions) if (session.mode === "setup") session.mode = "payment";
  const rules = new Set(check(snapshots, [...ORDERS, SETUP]).map(({ rule }) => rule));
  t.ok(rules.has("one intent per session") && rules.has("charged twice is held and listed"));
  t.ok(rules.has("what was read stays true") && rules.has("each event once"));
});
