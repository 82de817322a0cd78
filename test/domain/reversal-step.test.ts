import * as fc from "fast-check";
import t from "tap";

import {
  nextReversalStep,
  reversalOutcome,
  type ReversalAction,
  type Sale,
  type RequestedReversal,
} from "../../src/domain/reversal-step.js";
import { happening, playRefunds } from "../support/refund-model.js";

const sale = (state: string, amountReceived: number | undefined, amountRefunded?: number): Sale => ({
  state,
  amountReceived,
  amountRetained: undefined,
  amountRefunded,
});

/** Told while the merchant had 2999 of the sale. */
const requested = (request: ReversalAction, refunded: number | null = null): RequestedReversal => ({
  request,
  kept: 2999,
  refunded,
});

const WITHOUT_MONEY = ["declined", "finished", "referred", "rejected", "reversed", "verified"];
const WITH_MONEY = ["approved", "captured", "tendered", "deferred", "accepted"];

t.test("nothing is sent for a sale whose state says nothing, or that took nothing", async (t) => {
  for (const wanted of ["all", 1000] as const) {
    for (const state of ["", "received", "CAPTURED", "somewhere else"]) {
      t.same(nextReversalStep(sale(state, 2999, 0), wanted), { kind: "unknown" }, state);
      for (const before of [requested("cancel"), requested("capture"), requested("refund", 0)]) {
        t.equal(reversalOutcome(sale(state, 2999, 0), wanted, before), "unknown", state);
      }
    }
    for (const state of WITHOUT_MONEY) {
      t.same(nextReversalStep(sale(state, 2999), wanted), { kind: "nothing left" }, state);
    }
    t.same(nextReversalStep(sale("accepted", 0), wanted), { kind: "nothing left" });
    t.same(nextReversalStep(sale("accepted", undefined), wanted), { kind: "nothing left" });
  }
});

t.test("between capture and settlement it is too early", async (t) => {
  for (const state of ["tendered", "deferred"]) {
    t.same(nextReversalStep(sale(state, 2999), "all"), { kind: "too early" });
    t.same(nextReversalStep(sale(state, 2999), 1000), { kind: "too early" });
  }
});

t.test("more than there is left is not sent", async (t) => {
  for (const state of ["approved", "captured"]) {
    t.same(nextReversalStep(sale(state, 999), 1000), { kind: "nothing left" });
    t.same(nextReversalStep(sale(state, undefined), 1000), { kind: "unknown" });
  }
  t.same(nextReversalStep(sale("accepted", 2999, 2000), 1000), { kind: "nothing left" });
  t.same(nextReversalStep(sale("canceled", 0), 1000), { kind: "nothing left" }, "somebody else did it");
});

t.test("after a refund whose answer was lost only the gateway's own words end the doubt", async (t) => {
  const after = (amountRefunded: number | undefined, wanted: "all" | number, before: number | null) =>
    reversalOutcome(sale("accepted", 2999, amountRefunded), wanted, requested("refund", before));
  t.equal(after(undefined, "all", null), "unknown");
  t.equal(after(1000, "all", null), "unknown");
  t.equal(after(2999, "all", null), "returned");
  t.equal(after(0, "all", null), "not returned");
  t.equal(after(undefined, 1000, 500), "unknown");
  t.equal(after(1500, 1000, null), "unknown", "nobody knows what was refunded before");
  t.equal(after(1600, 1000, 500), "unknown", "somebody else refunds too");
  t.equal(after(500, 1000, 500), "not returned");
  t.equal(after(1500, 1000, 500), "returned");
  t.equal(reversalOutcome(sale("rejected", 2999, 0), 1000, requested("refund", 0)), "unknown");
});

t.test("after a capture whose answer was lost the sale's amount tells", async (t) => {
  const before = requested("capture");
  const after = (state: string, kept: number | undefined) => reversalOutcome(sale(state, kept), 1000, before);
  for (const state of WITH_MONEY) {
    t.equal(after(state, undefined), "unknown");
    t.equal(after(state, 2500), "unknown", "somebody else captures too");
    t.equal(reversalOutcome(sale(state, 1999), 1000, { ...before, kept: null }), "unknown");
    t.equal(after(state, 2999), "not returned");
    t.equal(after(state, 1999), "returned");
  }
  for (const state of WITHOUT_MONEY) t.equal(after(state, 2999), "nothing left");
  t.equal(after("canceled", 0), "unknown", "all of it is back: more than was asked for");
});

t.test("after a cancel whose answer was lost the sale's state tells", async (t) => {
  for (const state of WITH_MONEY) {
    t.equal(reversalOutcome(sale(state, 2999), "all", requested("cancel")), "not returned");
  }
  for (const state of WITHOUT_MONEY) {
    t.equal(reversalOutcome(sale(state, 2999), "all", requested("cancel")), "nothing left");
  }
  t.equal(reversalOutcome(sale("canceled", 0), 2999, requested("cancel")), "returned");
});

t.test("a sale that is not settled is cancelled, or captured by what is to stay", async (t) => {
  for (const state of ["approved", "captured"]) {
    t.same(nextReversalStep(sale(state, 2999), "all"), { kind: "cancel" });
    t.same(nextReversalStep(sale(state, 2999), 2999), { kind: "cancel" });
    t.same(nextReversalStep(sale(state, 2999), 1000), { kind: "capture", amount: 1999 });
  }
  const retained = { ...sale("captured", 2999), amountRetained: 1999 };
  t.same(nextReversalStep(retained, 1999), { kind: "cancel" }, "a part has gone back before");
  const approved = { ...sale("approved", 2999), amountRetained: 0 };
  t.same(nextReversalStep(approved, 1000), { kind: "capture", amount: 1999 });
  t.same(nextReversalStep(sale("canceled", 0), "all"), { kind: "returned" }, "somebody else did it");
});

t.test("a settled sale is refunded by what is wanted, or by what is left", async (t) => {
  t.same(nextReversalStep(sale("accepted", 2999), "all"), { kind: "refund", amount: 2999 });
  t.same(nextReversalStep(sale("accepted", 2999, 1000), "all"), { kind: "refund", amount: 1999 });
  t.same(nextReversalStep(sale("accepted", 2999, 2999), "all"), { kind: "returned" });
  t.same(nextReversalStep(sale("accepted", 2999, 1000), 1999), { kind: "refund", amount: 1999 });
});

t.test("no sequence of states and losses gives back more than was reserved", async () => {
  const refunds = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      refunds,
      fc.array(happening),
      (received, amounts, story) => {
        const { reserved, succeeded, inDoubt, givenBack } = playRefunds(received, amounts, story);
        const recorded = succeeded <= givenBack && givenBack <= succeeded + inDoubt;
        return recorded && succeeded + inDoubt <= reserved && reserved <= received;
      },
    ),
    { numRuns: 3000 },
  );
});
