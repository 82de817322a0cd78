import { type Changeable, charge, clean, intent, listed, result } from "./clean-snapshots.js";
import type { Snapshots } from "./snapshots.js";

/**
 * The clean snapshots, and a card charged with 900, of which 200 and 100 went back; and one charge that was
 * declined.
 */
export function charged(): Changeable<Snapshots> {
  const snapshots = clean();
  const { ledger, books, answers } = snapshots;
  const refunds = [{ reference: "re_b", amount: 100 }];
  ledger.push({ ...charge("7", "pi_c", 900, "gbp"), returned: 300, returns: 1, refunds });
  ledger.push(charge("8", "pi_d", 0, "gbp"));
  const paid = { ...intent("pi_c", null, 900, "gbp", "7"), refunded: 300 };
  const declined = {
    ...intent("pi_d", null, 400, "gbp", "8"),
    status: "requires_payment_method",
    received: 0,
    settlement: null,
  };
  books.intents.push(paid, declined);
  books.results.push({ ...result("7", null, "completed"), payment: "pi_c" });
  books.results.push({ ...result("8", null, "declined"), payment: "pi_d" });
  for (const [transaction, reversal] of [
    ["reversal:a", "re_a"],
    ["9", "re_b"],
  ] as const) {
    books.results.push({ ...result(transaction, null, "refunded"), payment: "pi_c", reversal });
  }
  const refund = { payment: "pi_c", status: "succeeded" };
  books.refunds.push({ ...refund, id: "re_a", amount: 200 }, { ...refund, id: "re_b", amount: 100 });
  books.events.push(
    { type: "payment_intent.succeeded", object: "pi_c" },
    ...["re_a", "re_b"].flatMap((object) => [
      { type: "refund.created", object },
      { type: "refund.updated", object },
      { type: "charge.refunded", object: "pi_c" },
    ]),
  );
  answers.payments.push(listed(paid), listed(declined));
  answers.refunds.push(...structuredClone(books.refunds));
  answers.orders.push(
    { what: "charge", key: "one", id: "pi_c", status: "processing", amount: 900, from: null },
    { what: "charge", key: "one", id: "pi_c", status: "succeeded", amount: 900, from: null },
    { what: "charge", key: "two", id: "pi_d", status: "declined", amount: 400, from: null },
    { what: "refund", key: "three", id: "re_a", status: "pending", amount: 200, from: "pi_c" },
    { what: "refund", key: "four", id: "re_b", status: "succeeded", amount: 100, from: "pi_c" },
    { what: "refund", key: "five", id: null, status: "refused", amount: 5000, from: "pi_c" },
  );
  return snapshots;
}
