import t from "tap";

import { findEach } from "./broken-snapshots.js";
import { check } from "./checker.js";
import { type Changeable, clean, ORDERS } from "./clean-snapshots.js";
import type { Snapshots } from "./snapshots.js";

/** The clean snapshots, but the gateway has rejected the payment at settlement. */
function rejected(): Changeable<Snapshots> {
  const snapshots = clean();
  const { ledger, books, answers } = snapshots;
  for (const charge of ledger.filter(({ transaction }) => transaction === "1")) charge.state = "rejected";
  for (const payment of books.intents) payment.settlement = "rejected";
  for (const payment of answers.payments) payment.received = 0;
  answers.reads.push({ session: "cs_a", status: "complete", paymentStatus: "unpaid", paymentIntent: "pi_a" });
  books.events.push(
    { type: "payment_intent.settlement_rejected", object: "pi_a" },
    { type: "checkout.session.async_payment_failed", object: "cs_a" },
  );
  return snapshots;
}

t.test("a payment that the gateway rejects at settlement may be told so", async (t) => {
  t.same(check(rejected(), ORDERS), []);
});

findEach(rejected, [
  {
    what: "a rejected payment that counts as paid out",
    rules: [
      "settlement as the gateway says",
      "each event once",
      "what was read stays true",
      "payments and refunds listed as recorded",
    ],
    spoil: ({ books }) => books.intents.forEach((payment) => (payment.settlement = "accepted")),
  },
  {
    what: "a rejected payment whose money is still in the list",
    rules: ["payments and refunds listed as recorded"],
    spoil: ({ answers }) => answers.payments.forEach((payment) => (payment.received = payment.amount)),
  },
  {
    what: "a rejected payment whose session is paid in the end",
    rules: ["what was read stays true"],
    spoil: ({ answers }) => void answers.reads.pop(),
  },
  {
    what: "a rejection that nobody is told of",
    rules: ["each event once"],
    spoil: ({ books }) => void books.events.splice(-2, 1),
  },
  {
    what: "a payment that the report has otherwise",
    rules: ["report equal to the ledger"],
    spoil: ({ accounts }) =>
      void accounts.push({ kind: "other_amount", id: "pi_a", transaction: "1", says: "one penny" }),
  },
  {
    what: "a payment that was never followed to its end",
    rules: ["settlement as the gateway says"],
    spoil: ({ ledger }) => ledger.forEach((charge) => (charge.state = "captured")),
  },
]);
