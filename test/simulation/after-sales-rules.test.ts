import t from "tap";

import { check } from "./checker.js";
import { charged } from "./charged-snapshots.js";
import { type Changeable, charge, ORDERS, result } from "./clean-snapshots.js";
import type { Snapshots } from "./snapshots.js";
import { findEach, type BrokenSnapshots } from "./broken-snapshots.js";

t.test("charges and refunds that are as they should be pass", async (t) => {
  t.same(check(charged(), ORDERS), []);
});

t.test("a refund about which something is held waits for a person, and so do the books", async (t) => {
  const snapshots = charged();
  const { ledger, books, answers } = snapshots;
  ledger[3]?.refunds.push({ reference: "re_b", amount: 100 });
  if (ledger[3] !== undefined) ledger[3].returned = 400;
  const held = {
    id: "gr_10",
    session: null,
    transaction: "10",
    reason: "refund_duplicate",
    resolution: null,
  };
  books.results.push({ ...result("10", null, "held", held.reason), payment: "pi_c", reversal: "re_b" });
  answers.held.push({ ...held, amount: 100, received: 100, possible: ["accept", "dismiss"] });
  t.same(check(snapshots, ORDERS), []);
});

t.test("what the gateway says of a held payment's return is recorded with it", async (t) => {
  const snapshots = charged();
  const returned = { ...result("reversal:r", null, "refunded"), reversal: "gr_2" };
  snapshots.books.results.push({ ...returned, reversal: "gr_nobody" });
  t.match(check(snapshots, ORDERS), [{ rule: "nothing recorded that was not taken" }]);
  snapshots.books.results.splice(-1, 1, returned);
  t.same(check(snapshots, ORDERS), []);
});

t.test("a refund that is refused may be made later, where another one has failed meanwhile", async (t) => {
  const snapshots = charged();
  failRefund(snapshots);
  snapshots.answers.orders.splice(4, 0, { ...REFUSED, key: "four" });
  t.same(check(snapshots, ORDERS), []);
});

const REFUSED = { what: "refund", id: null, status: "refused", amount: 100, from: "pi_c" } as const;

/** One more, which has failed. */
function failRefund({ books, answers }: Changeable<Snapshots>): void {
  const refund = { id: "re_f", payment: "pi_c", amount: 600, status: "failed" };
  books.refunds.push(refund);
  books.events.push({ type: "refund.created", object: "re_f" }, { type: "refund.failed", object: "re_f" });
  answers.refunds.push({ ...refund });
  answers.orders.push({
    what: "refund",
    key: "six",
    id: "re_f",
    status: "pending",
    amount: 600,
    from: "pi_c",
  });
}

const SPOILED: BrokenSnapshots[] = [
  {
    what: "a card that was charged twice for one payment",
    rules: ["one charge per payment", "no lost success"],
    spoil: ({ ledger }) => ledger.push({ ...charge("9", "pi_c", 900, "gbp"), attempt: 2 }),
  },
  {
    what: "an attempt that was sent twice",
    rules: ["one charge per payment"],
    spoil: ({ ledger }) => ledger.push(charge("9", "pi_d", 0, "gbp")),
  },
  {
    what: "a charge of a payment that is taken for failed",
    rules: ["no lost success"],
    spoil: ({ ledger }) => ledger.push({ ...charge("9", "pi_d", 400, "gbp"), attempt: 2 }),
  },
  {
    what: "a charge of a payment that nobody knows",
    rules: ["no lost success"],
    spoil: ({ ledger }) => ledger.push(charge("9", "pi_e", 400, "gbp")),
  },
  {
    what: "a payment that succeeded without money",
    rules: ["nothing recorded that was not taken"],
    spoil: ({ books, answers }) => {
      Object.assign(books.intents[2] ?? {}, { status: "succeeded", received: 400 });
      Object.assign(answers.payments[2] ?? {}, { status: "succeeded", received: 400 });
      books.events.push({ type: "payment_intent.succeeded", object: "pi_d" });
      answers.orders.splice(2, 1, {
        what: "charge",
        key: "two",
        id: "pi_d",
        status: "succeeded",
        amount: 400,
        from: null,
      });
    },
  },
  {
    what: "a unit more that was ordered than charged",
    rules: ["money equal to the unit"],
    spoil: ({ answers }) => answers.orders[0] && (answers.orders[0].amount = 901),
  },
  {
    what: "a unit less that was charged",
    rules: ["money equal to the unit"],
    spoil: ({ ledger }) => ledger[3] && (ledger[3].received = 899),
  },
  {
    what: "a payment that is processing in the end",
    rules: ["nothing left unresolved"],
    spoil: ({ books, answers }) => {
      Object.assign(books.intents[2] ?? {}, { status: "processing" });
      Object.assign(answers.payments[2] ?? {}, { status: "processing" });
    },
  },
  {
    what: "a charge that is still to be asked about",
    rules: ["nothing left unresolved"],
    spoil: ({ books }) => books.pending.push("pi_d"),
  },
  {
    what: "a callback that was acknowledged and not recorded",
    rules: ["each acknowledged message durable"],
    spoil: ({ answers }) =>
      answers.deliveries.push({ session: "pi_d", transaction: "9", via: "callback", at: 2, status: 200 }),
  },
  {
    what: "a charge that was answered as declined, and has succeeded",
    rules: ["what was read stays true"],
    spoil: ({ answers }) => {
      for (const order of answers.orders.slice(0, 2)) order.status = "declined";
    },
  },
  {
    what: "more given back than was taken",
    rules: ["no refund above the payment", "refunds equal to the ledger"],
    spoil: ({ ledger }) => ledger[3] && (ledger[3].returned = 901),
  },
  {
    what: "money that is recorded as refunded, and did not go back",
    rules: ["refunds equal to the ledger"],
    spoil: ({ ledger }) => ledger[3] && (ledger[3].returned = 299),
  },
  {
    what: "a refund that the gateway made twice",
    rules: ["each refund made once", "refunds equal to the ledger"],
    spoil: ({ ledger }) => {
      ledger[3]?.refunds.push({ reference: "re_b", amount: 100 });
      if (ledger[3] !== undefined) ledger[3].returned = 400;
    },
  },
  {
    what: "a refund that has succeeded without the gateway's word",
    rules: ["each refund on record"],
    spoil: ({ books }) => {
      const row = books.results.find(({ reversal }) => reversal === "re_b");
      if (row !== undefined) row.outcome = "unknown";
    },
  },
  {
    what: "a refund that is pending in the end",
    rules: ["nothing left unresolved", "each event once"],
    spoil: ({ books, answers }) => {
      Object.assign(books.refunds[0] ?? {}, { status: "pending" });
      Object.assign(answers.refunds[0] ?? {}, { status: "pending" });
    },
  },
  {
    what: "a refund that was answered as succeeded, and has failed",
    rules: ["what was read stays true"],
    spoil: ({ answers }) => answers.orders[3] && (answers.orders[3].status = "failed"),
  },
  {
    what: "two payments for one idempotency key",
    rules: ["each order carried out once", "money equal to the unit"],
    spoil: ({ answers }) =>
      answers.orders.push({
        what: "charge",
        key: "one",
        id: "pi_d",
        status: "declined",
        amount: 900,
        from: null,
      }),
  },
  {
    what: "a refund that was refused first, and made although nothing became free",
    rules: ["each order carried out once"],
    spoil: ({ answers }) => answers.orders.splice(4, 0, { ...REFUSED, key: "four" }),
  },
  {
    what: "a refund that was made first, and refused when it was sent again",
    rules: ["each order carried out once"],
    spoil: (snapshots) => {
      failRefund(snapshots);
      snapshots.answers.orders.push({ ...REFUSED, key: "four" });
    },
  },
  {
    what: "a refund that nobody was answered",
    rules: ["each order carried out once"],
    spoil: ({ answers }) => answers.orders.splice(3, 1),
  },
  {
    what: "a list that shows another amount",
    rules: ["payments and refunds listed as recorded"],
    spoil: ({ answers }) => answers.payments[1] && (answers.payments[1].refunded = 299),
  },
];

findEach(charged, SPOILED);
