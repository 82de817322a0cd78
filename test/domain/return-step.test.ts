import t from "tap";

import type { GatewayResult } from "../../src/domain/gateway-result.js";
import { isDefiniteRefusal, nextReturnStep } from "../../src/domain/return-step.js";

const sale = (state: string, amountReceived: number | undefined, amountRefunded?: number) => ({
  state,
  amountReceived,
  amountRefunded,
});

const result = (responseCode: number | undefined, responseStatus: number) =>
  ({ responseCode, responseStatus }) as GatewayResult;

t.test("nothing is sent for a sale whose state says nothing, or that took nothing", async (t) => {
  for (const state of ["", "received", "CAPTURED", "somewhere else"]) {
    t.same(nextReturnStep(sale(state, 2999), null), { kind: "unknown" }, state);
  }
  for (const state of ["declined", "finished", "referred", "rejected", "reversed", "verified"]) {
    t.same(nextReturnStep(sale(state, 2999), null), { kind: "nothing received" }, state);
  }
  t.same(nextReturnStep(sale("accepted", 0), null), { kind: "nothing received" });
  t.same(nextReturnStep(sale("accepted", undefined), null), { kind: "nothing received" });
});

t.test("between capture and settlement it is too early", async (t) => {
  for (const state of ["tendered", "deferred"]) {
    t.same(nextReturnStep(sale(state, 2999), null), { kind: "too early" });
  }
});

t.test("after a refund whose answer was lost only the gateway's own words allow another", async (t) => {
  t.same(nextReturnStep(sale("accepted", 2999), "refund"), { kind: "unknown" });
  t.same(nextReturnStep(sale("accepted", 2999, 1000), "refund"), { kind: "unknown" });
  t.same(nextReturnStep(sale("accepted", 2999, 2999), "refund"), { kind: "returned" });
  t.same(nextReturnStep(sale("accepted", 2999, 0), "refund"), { kind: "refund", amount: 2999 });
});

t.test("a sale that is not settled is cancelled, a settled one refunded by what is left", async (t) => {
  for (const state of ["approved", "captured"]) {
    for (const sent of [null, "cancel"] as const) {
      t.same(nextReturnStep(sale(state, 2999), sent), { kind: "cancel" });
    }
  }
  t.same(nextReturnStep(sale("canceled", 0), "cancel"), { kind: "returned" });
  t.same(nextReturnStep(sale("canceled", 0), null), { kind: "returned" }, "somebody else did it");
  for (const sent of [null, "cancel"] as const) {
    t.same(nextReturnStep(sale("accepted", 2999), sent), { kind: "refund", amount: 2999 });
    t.same(nextReturnStep(sale("accepted", 2999, 1000), sent), { kind: "refund", amount: 1999 });
    t.same(nextReturnStep(sale("accepted", 2999, 2999), sent), { kind: "returned" });
  }
});

t.test("only what refuses for good counts as a refusal", async (t) => {
  for (const code of [0, 91, 96, 65536, 65537, 65543, 65548, 65552, 65554, 65565, 66047, 67072, undefined]) {
    t.notOk(isDefiniteRefusal(result(code, 1)), String(code));
  }
  t.notOk(isDefiniteRefusal(result(5, 2)), "an error is no decline");
  for (const code of [5, 54, 65539, 65540, 65541, 65542, 65545, 65546, 66048, 66341]) {
    t.ok(isDefiniteRefusal(result(code, 1)), String(code));
  }
});
