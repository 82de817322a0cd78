import t from "tap";

import type { PaymentIntent } from "../../src/domain/payment-intent.js";
import {
  amountToRefund,
  endOf,
  nextAttemptAt,
  reversalNamed,
  type RefundAttemptResult,
} from "../../src/domain/refund.js";

const MINUTE = 60_000;

const paid = {
  status: "succeeded",
  amountReceived: 100,
  amountRefunded: 70,
  currency: "gbp",
} as PaymentIntent;

t.test("a refund that is more than is left is refused, and told what is", async (t) => {
  for (const status of ["processing", "requires_payment_method", "canceled"] as const) {
    const unpaid = { ...paid, status, amountReceived: 0, amountRefunded: 0 };
    t.match(refusalOf(unpaid, 1), { reason: "PAYMENT_NOT_REFUNDABLE" });
  }
  const tooLarge = { reason: "REFUND_TOO_LARGE", violations: [{ field: "amount" }], message: / 30 gbp/ };
  for (const wanted of [31, 100, 0, -1]) t.match(refusalOf(paid, wanted), tooLarge);
  t.match(refusalOf({ ...paid, amountRefunded: 100 }, null), { message: / 0 gbp/ });
});

t.test("a refund takes what is wanted, or all that is left", async (t) => {
  t.equal(amountToRefund(paid, 1), 1);
  t.equal(amountToRefund(paid, 30), 30);
  t.equal(amountToRefund(paid, null), 30);
});

t.test("what nobody can tell never ends a refund", async (t) => {
  for (const round of ["unknown", "too early"] satisfies RefundAttemptResult[]) {
    for (const requestedAt of [null, 0])
      t.equal(endOf(round, requestedAt, 365 * 24 * 60 * MINUTE), undefined);
  }
  t.equal(endOf("not returned", null, MINUTE), undefined, "the gateway was told nothing");
});

t.test("what the gateway has not done two minutes after it was told is lost, and not before", async (t) => {
  t.equal(endOf("not returned", 1000, 1000 + 2 * MINUTE - 1), undefined);
  t.equal(endOf("not returned", 1000, 1000 + 2 * MINUTE), "lost");
});

t.test("what a search does not find is lost after a day", async (t) => {
  t.equal(endOf("not found", null, 48 * 60 * MINUTE), undefined);
  t.equal(endOf("not found", 0, 24 * 60 * MINUTE - 1), undefined);
  t.equal(endOf("not found", 0, 24 * 60 * MINUTE), "lost");
});

t.test("the gateway's own word ends a refund at once", async (t) => {
  t.equal(endOf("returned", 1000, 1000), "succeeded");
  t.equal(endOf("refused", 1000, 1000), "declined");
  t.equal(endOf("nothing left", null, 1000), "not_refundable");
});

t.test("a pending refund is worked on again after ever longer pauses, up to an hour", async (t) => {
  const pauses = [0, 1, 2, 7, 8, 9, 1e6].map(
    (attempts) => nextAttemptAt("unknown", attempts, MINUTE) - MINUTE,
  );
  t.same(pauses, [15_000, 30_000, MINUTE, 32 * MINUTE, 60 * MINUTE, 60 * MINUTE, 60 * MINUTE]);
  t.equal(nextAttemptAt("too early", 0, 0), 60 * MINUTE, "settlement takes its night");
});

t.test("only the own id of a refund, or of a held payment, names it", async (t) => {
  for (const text of ["", "re_", "re_abc-1", "cs_abc-1", " re_abc", "re_abc ", `re_${"a".repeat(61)}`]) {
    t.equal(reversalNamed(text), undefined, text);
  }
  t.equal(reversalNamed("re_0123abcXYZ"), "refund");
  t.equal(reversalNamed("gr_0123abcXYZ"), "return");
});

function refusalOf(payment: PaymentIntent, wanted: number | null): unknown {
  try {
    return amountToRefund(payment, wanted);
  } catch (error) {
    return error;
  }
}
