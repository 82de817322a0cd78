import t from "tap";

import { mayMovePayment, type PaymentIntentStatus } from "../../src/domain/payment-intent.js";

const ALL: readonly PaymentIntentStatus[] = [
  "processing",
  "succeeded",
  "requires_payment_method",
  "requires_confirmation",
  "canceled",
];

const to = (from: PaymentIntentStatus) => ALL.filter((status) => mayMovePayment(from, status));

t.test("what has succeeded or was canceled stays so", async (t) => {
  t.same([...to("succeeded"), ...to("canceled")], []);
});

t.test("a charge that may have been sent cannot be given up", async (t) => {
  t.notOk(mayMovePayment("processing", "canceled"));
});

t.test("a charge ends, and a declined one can be tried again, given up, or turn out paid", async (t) => {
  t.same(to("processing"), ["succeeded", "requires_payment_method"]);
  t.same(to("requires_payment_method"), ["processing", "succeeded", "canceled"]);
  t.same(
    to("requires_confirmation"),
    ["processing", "canceled"],
    "nothing was charged that could turn out paid",
  );
});
