import t from "tap";

import {
  type AccountLine,
  type AccountSums,
  addLine,
  netOf,
} from "../../../src/domain/settlement/account-line.js";
import { PAYMENT, REFUND } from "./account-lines.js";

const HELD: AccountLine = {
  kind: "held_payment",
  id: "gr_1",
  time: 0,
  amount: 50,
  currency: "gbp",
  transaction: "2",
  reference: "cs_2-1",
  sessionId: "cs_2",
  reason: "amount_mismatch",
  resolution: null,
};

function sumsOf(...lines: AccountLine[]): Map<string, AccountSums> {
  const sums = new Map<string, AccountSums>();
  for (const line of lines) addLine(sums, line);
  return sums;
}

t.test("a sum that is not exact any more is refused", async (t) => {
  const large = { ...PAYMENT, amount: Number.MAX_SAFE_INTEGER };
  t.throws(() => sumsOf(large, PAYMENT), /too large to be exact/);
});

t.test("what has no amount or currency is in no sum", async (t) => {
  t.equal(sumsOf({ ...HELD, amount: null }, { ...HELD, currency: null }).size, 0);
});

t.test("a failed refund, and held money that somebody has decided about, count for nothing", async (t) => {
  const gbp = sumsOf(PAYMENT, { ...REFUND, status: "failed" }, { ...HELD, resolution: "return" }).get("gbp");
  t.match(gbp, { refunds: { count: 0 }, pendingRefunds: { count: 0 }, held: { count: 0 } });
});

t.test("each currency has its own sums, and the net is without what was rejected or refunded", async (t) => {
  const rejected: AccountLine = { ...PAYMENT, settlement: "rejected", amount: 7 };
  const yen: AccountLine = { ...PAYMENT, currency: "jpy", amount: 5 };
  const sums = sumsOf(PAYMENT, rejected, REFUND, { ...REFUND, status: "pending", amount: 1 }, HELD, yen);
  const gbp = sums.get("gbp");
  t.same(gbp, {
    payments: { count: 2, amount: 1007 },
    rejected: { count: 1, amount: 7 },
    refunds: { count: 1, amount: 300 },
    pendingRefunds: { count: 1, amount: 1 },
    held: { count: 1, amount: 50 },
  });
  t.equal(gbp && netOf(gbp), 700);
  t.match(sums.get("jpy"), { payments: { count: 1, amount: 5 } });
});
