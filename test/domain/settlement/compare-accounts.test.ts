import t from "tap";

import type { PaymentLine, RefundLine } from "../../../src/domain/settlement/account-line.js";
import {
  AccountComparison,
  type Difference,
  type GatewayEntry,
} from "../../../src/domain/settlement/compare-accounts.js";
import { PAYMENT, REFUND } from "./account-lines.js";

const SALE: GatewayEntry = {
  transactionID: "1",
  transactionUnique: "cs_1-1",
  action: "SALE",
  state: "accepted",
  amount: 1000,
  currency: "gbp",
};

const REFUND_SALE: GatewayEntry = {
  ...SALE,
  transactionID: "2",
  transactionUnique: "re_1",
  action: "REFUND_SALE",
  amount: 300,
};

async function differences(
  lines: readonly (PaymentLine | RefundLine)[],
  books: readonly GatewayEntry[],
  elsewhere: readonly string[] = [],
): Promise<readonly Difference[]> {
  const comparison = new AccountComparison(books);
  for (const line of lines) comparison.add(line);
  return await comparison.end(async ({ transactionID }) => elsewhere.includes(transactionID));
}

t.test("each difference is named, with its payment or refund and what is the matter", async (t) => {
  const cases: [string, readonly (PaymentLine | RefundLine)[], readonly GatewayEntry[], object][] = [
    ["a payment that is not recorded", [], [SALE], { kind: "not_recorded", id: "cs_1-1", says: /1000 gbp/ }],
    ["a refund that is not recorded", [PAYMENT], [SALE, REFUND_SALE], { kind: "not_recorded", id: "re_1" }],
    ["a payment that was not taken", [PAYMENT], [], { kind: "not_at_gateway", id: "pi_1" }],
    ["a payment that was declined", [PAYMENT], [{ ...SALE, state: "declined" }], { kind: "not_at_gateway" }],
    ["a refund that was not made", [PAYMENT, REFUND], [SALE], { kind: "not_at_gateway", id: "re_1" }],
    [
      "a payment recorded twice",
      [PAYMENT, { ...PAYMENT, id: "pi_2" }],
      [SALE],
      { kind: "recorded_twice", id: "pi_2" },
    ],
    ["a payment listed twice", [PAYMENT], [SALE, SALE], { kind: "listed_twice" }],
    ["a refund listed twice", [PAYMENT, REFUND], [SALE, REFUND_SALE, REFUND_SALE], { kind: "listed_twice" }],
    ["a penny", [PAYMENT], [{ ...SALE, amount: 999 }], { kind: "other_amount", says: /1000 gbp .* 999 gbp/ }],
    ["a currency", [PAYMENT], [{ ...SALE, currency: "eur" }], { kind: "other_currency" }],
    [
      "a penny of a refund",
      [PAYMENT, REFUND],
      [SALE, { ...REFUND_SALE, amount: 299 }],
      { kind: "other_amount", id: "re_1" },
    ],
    [
      "a rejection",
      [PAYMENT],
      [{ ...SALE, state: "rejected" }],
      { kind: "other_settlement", says: /pending.*rejected/ },
    ],
    [
      "an invented rejection",
      [{ ...PAYMENT, settlement: "rejected" }],
      [SALE],
      { kind: "other_settlement", says: /rejected, and accepted/ },
    ],
    [
      "a refund that counts as failed",
      [PAYMENT, { ...REFUND, status: "failed" }],
      [SALE, REFUND_SALE],
      { kind: "other_amount", id: "re_1", says: /failed, and 300 gbp went back/ },
    ],
    ["a cancellation", [PAYMENT], [{ ...SALE, state: "canceled", amount: 0 }], { kind: "other_amount" }],
  ];
  for (const [what, lines, books, expected] of cases) {
    const found = await differences(lines, books);
    t.equal(found.length, 1, what);
    t.match(found, [expected], what);
  }
});

t.test("equal accounts differ in nothing", async (t) => {
  t.same(await differences([PAYMENT, REFUND], [SALE, REFUND_SALE]), []);
  t.same(
    await differences([{ ...PAYMENT, reduced: 300 }], [{ ...SALE, amount: 700 }]),
    [],
    "captured with less",
  );
  t.same(
    await differences([{ ...PAYMENT, reduced: 1000 }], [{ ...SALE, state: "canceled", amount: 0 }]),
    [],
    "given back before settlement",
  );
  t.same(await differences([{ ...PAYMENT, settlement: "rejected" }], [{ ...SALE, state: "rejected" }]), []);
  t.same(await differences([{ ...REFUND, reference: null, action: "capture" }], []), [], "none of its own");
});

t.test("what is recorded on another day, held, declined or no payment is no difference", async (t) => {
  t.same(await differences([], [SALE], ["1"]), []);
  const comparison = new AccountComparison([
    SALE,
    { ...SALE, transactionID: "3", state: "declined", amount: 0 },
  ]);
  comparison.add({ ...PAYMENT, kind: "held_payment", id: "gr_1", reason: "duplicate", resolution: null });
  t.equal(comparison.entries, 1);
  t.same(await comparison.end(async () => false), []);
  t.same(await differences([], [{ ...SALE, action: "VERIFY", state: "verified", amount: 0 }]), []);
});
