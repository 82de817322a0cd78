import t from "tap";

import {
  nextSettlementStep,
  maySettle,
  nextSettlementAskAt,
  type SettlementStatus,
  settlementWord,
} from "../../../src/domain/settlement/settlement.js";

const DAY = 24 * 3_600_000;
const PAID = { amountReceived: 1000, amountRefunded: 0 };

function sale(state: string, amountReceived: number | undefined, amountRetained?: number) {
  return { state, amountReceived, amountRetained, amountRefunded: undefined };
}

t.test("a sale that the gateway ended without money is rejected, whatever amount it names", async (t) => {
  for (const state of ["rejected", "reversed", "declined", "finished"]) {
    t.equal(settlementWord(sale(state, 1000), PAID), "rejected", state);
  }
});

t.test("another amount is not what was paid", async (t) => {
  for (const amount of [999, 1001, 0, undefined]) {
    t.equal(settlementWord(sale("accepted", amount), PAID), "amount_mismatch", String(amount));
  }
  t.equal(settlementWord(sale("accepted", 1000, 900), PAID), "amount_mismatch", "not all of it was kept");
  t.equal(settlementWord(sale("canceled", 0), PAID), "amount_mismatch", "and nothing was given back here");
  t.equal(settlementWord(sale("accepted", 699), { ...PAID, amountRefunded: 300 }), "amount_mismatch");
});

t.test("a sale that is on its way, or in a state that nobody knows, is asked about again", async (t) => {
  for (const state of ["approved", "captured", "tendered", "deferred"]) {
    t.equal(settlementWord(sale(state, 1000), PAID), "not_settled", state);
  }
  t.equal(settlementWord(sale("", 1000), PAID), "no_answer");
  t.equal(settlementWord(sale("paid", 1000), PAID), "no_answer");
});

t.test("what was paid is accepted, with refunds before settlement and after it", async (t) => {
  t.equal(settlementWord(sale("accepted", 1000), PAID), "accepted");
  const refunded = { ...PAID, amountRefunded: 300 };
  t.equal(settlementWord(sale("accepted", 700), refunded), "accepted", "captured with less");
  t.equal(settlementWord(sale("accepted", 1000), refunded), "accepted", "refunded since");
  t.equal(settlementWord(sale("canceled", 0), { ...PAID, amountRefunded: 1000 }), "canceled");
});

t.test("each word leads on, at once or by the days", async (t) => {
  t.same(nextSettlementStep("rejected", 0, 1), { status: "rejected" });
  t.same(nextSettlementStep("accepted", 0, 1), { status: "accepted" });
  t.same(nextSettlementStep("amount_mismatch", 0, 1), { status: "unresolved" }, "it will not change");
  for (const word of ["not_settled", "not_found", "no_answer"] as const) {
    t.same(nextSettlementStep(word, 0, DAY), { nextAskAt: 2 * DAY }, word);
    t.same(nextSettlementStep(word, 0, 14 * DAY), { status: "unresolved" }, `${word}, on the last day`);
  }
});

t.test(
  "the gateway is asked on eight days of two weeks, and days without a question are skipped",
  async (t) => {
    const asked: number[] = [];
    for (let at = nextSettlementAskAt(0, 0); at !== null; at = nextSettlementAskAt(0, at))
      asked.push(at / DAY);
    t.same(asked, [1, 2, 3, 4, 5, 7, 10, 14]);
    t.equal(nextSettlementAskAt(0, 8 * DAY), 10 * DAY);
  },
);

t.test("a settlement that has ended does not begin again", async (t) => {
  const all: SettlementStatus[] = ["pending", "accepted", "rejected", "canceled", "unresolved"];
  const moves = all.flatMap((from) => all.filter((to) => maySettle(from, to)).map((to) => `${from} ${to}`));
  t.same(moves, [
    "pending accepted",
    "pending rejected",
    "pending canceled",
    "pending unresolved",
    "accepted rejected",
    "unresolved accepted",
    "unresolved rejected",
    "unresolved canceled",
  ]);
  t.equal(maySettle(null, "rejected"), true, "of a payment from before settlements were followed");
});
