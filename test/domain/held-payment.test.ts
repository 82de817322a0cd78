import t from "tap";

import {
  type HeldFacts,
  possibleResolutions,
  REASONS_IN_WORDS,
  receivedOf,
} from "../../src/domain/held-payment.js";
import type { HeldReason } from "../../src/domain/classification.js";

const HELD: HeldFacts = {
  reason: "amount_mismatch",
  amount: 2000,
  amountReceived: 1000,
  currencyCode: "826",
  hasXref: true,
  isBeingReturned: false,
};

t.test("a payment of which nobody knows what was received completes no session", async (t) => {
  for (const facts of [{ amountReceived: null }, { amountReceived: 0 }, { currencyCode: "" }]) {
    t.same(possibleResolutions({ ...HELD, ...facts }), ["return", "dismiss"]);
    t.equal(receivedOf({ ...HELD, ...facts }), undefined);
  }
});

t.test("money without a reference is not sent back, money on its way is not accepted", async (t) => {
  t.same(possibleResolutions({ ...HELD, hasXref: false }), ["accept", "dismiss"]);
  t.same(possibleResolutions({ ...HELD, isBeingReturned: true }), ["return", "dismiss"]);
  const duplicate = { ...HELD, reason: "duplicate", isBeingReturned: true } as const;
  t.same(possibleResolutions(duplicate), ["return", "dismiss"]);
});

t.test(
  "everything can be done about a payment that is known whole, and about one that pays no session",
  async (t) => {
    t.same(possibleResolutions(HELD), ["accept", "return", "dismiss"]);
    for (const reason of ["duplicate", "session_unknown"] as const) {
      t.same(possibleResolutions({ ...HELD, reason, amountReceived: null }), ["accept", "return", "dismiss"]);
    }
  },
);

t.test("what was received is told in the words of the merchants' API", async (t) => {
  t.same(receivedOf(HELD), { amount: 1000, currency: "gbp" });
  t.same(receivedOf({ ...HELD, amountReceived: 1, currencyCode: "JPY" }), { amount: 1, currency: "jpy" });
});

t.test("every reason is a sentence of its own", async (t) => {
  const sentences = Object.keys(REASONS_IN_WORDS).map((reason) => REASONS_IN_WORDS[reason as HeldReason]);
  t.equal(new Set(sentences).size, sentences.length);
  for (const sentence of sentences) t.match(sentence, /^[A-Z].*\.$/);
});

t.test("of a charge of which nobody knows, all was received that was asked for, or nothing", async (t) => {
  const unknown = { ...HELD, reason: "outcome_unknown", amountReceived: null, hasXref: false } as const;
  t.same(possibleResolutions(unknown), ["accept", "dismiss"]);
  t.same(receivedOf(unknown), { amount: 2000, currency: "gbp" });
});

t.test("a payment that was given up before it came is only marked accepted", async (t) => {
  const canceled = { ...HELD, reason: "payment_canceled", amountReceived: null } as const;
  t.same(possibleResolutions(canceled), ["accept", "return", "dismiss"]);
});

t.test("a session that stores a card takes no payment, whatever was received", async (t) => {
  t.same(possibleResolutions({ ...HELD, reason: "setup_mismatch" }), ["return", "dismiss"]);
  t.same(possibleResolutions({ ...HELD, reason: "setup_mismatch", hasXref: false }), ["dismiss"]);
});
