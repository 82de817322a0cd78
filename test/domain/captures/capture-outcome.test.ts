import t from "tap";

import {
  outcomeByAnswer,
  outcomeBySale,
  type RequestedCapture,
} from "../../../src/domain/captures/capture-outcome.js";
import type { GatewayResult } from "../../../src/domain/gateway-result.js";

const SALE = { xref: "x-sale", transactionKey: "transaction:1", amount: 1000 };
const CAPTURE: RequestedCapture = {
  request: "capture",
  amount: 700,
  authorized: 1000,
  currency: "gbp",
  sale: SALE,
};
const CANCEL: RequestedCapture = { ...CAPTURE, request: "cancel", amount: null };

const CAPTURED: GatewayResult = {
  merchantID: "100001",
  action: "CAPTURE:SALE",
  transactionUnique: "cs_1-1",
  orderRef: "cs_1",
  transactionID: "1",
  xref: "x-sale",
  state: "captured",
  responseCode: 0,
  responseStatus: 0,
  responseMessage: "",
  amount: 1000,
  amountReceived: 700,
  amountRetained: 700,
  amountRefunded: undefined,
  currencyCode: "826",
  currencyExponent: "2",
  card: { brand: "visa", last4: "0821", expMonth: 12, expYear: 2029, funding: "credit", country: null },
  cardLook: null,
  billing: null,
  transactionKey: "transaction:1",
};
const CANCELED = {
  ...CAPTURED,
  action: "CANCEL:SALE",
  state: "canceled",
  amountReceived: 0,
  amountRetained: 0,
};

t.test("an answer that does not say exactly what was asked for says nothing", async (t) => {
  const odd: readonly (readonly [Partial<GatewayResult>, string])[] = [
    [{ amountReceived: 600, amountRetained: 600 }, "another amount"],
    [{ amountReceived: 1000, amountRetained: 1000 }, "another amount"],
    [{ amountReceived: undefined, amountRetained: undefined }, "another amount"],
    [{ state: "approved" }, "not captured"],
    [{ state: "" }, "not captured"],
    [{ action: "SALE" }, "another action"],
    [{ action: "CANCEL:SALE" }, "another action"],
    [{ xref: "x-other" }, "another transaction"],
    [{ xref: "", transactionKey: "transaction:2" }, "another transaction"],
    [{ currencyCode: "978" }, "another currency"],
    [{ responseCode: 65_552, responseStatus: 2 }, "code 65552"],
    [{ responseCode: 10 }, "code 10"],
  ];
  for (const [change, why] of odd)
    t.same(outcomeByAnswer({ ...CAPTURED, ...change }, CAPTURE), { kind: "unknown", why }, why);
  for (const change of [{ state: "captured" }, { amountReceived: 300, amountRetained: 300 }])
    t.match(outcomeByAnswer({ ...CANCELED, ...change }, CANCEL), { kind: "unknown" });
});

t.test("an answer that says exactly what was asked for is enough", async (t) => {
  t.same(outcomeByAnswer(CAPTURED, CAPTURE), { kind: "taken", amount: 700 });
  t.same(outcomeByAnswer({ ...CAPTURED, action: "CAPTURE" }, CAPTURE), { kind: "taken", amount: 700 });
  t.same(outcomeByAnswer({ ...CAPTURED, xref: "", currencyCode: "" }, CAPTURE), {
    kind: "taken",
    amount: 700,
  });
  t.same(outcomeByAnswer(CANCELED, CANCEL), { kind: "released" });
});

t.test("a refusal is one of this request, and of this sale", async (t) => {
  const refusal = { ...CAPTURED, responseCode: 65_541, responseStatus: 2, state: "" };
  t.match(outcomeByAnswer(refusal, CAPTURE), { kind: "refused", result: { responseCode: 65_541 } });
  t.match(outcomeByAnswer({ ...refusal, action: "", xref: "" }, CAPTURE), { kind: "refused" });
  t.match(outcomeByAnswer({ ...refusal, action: "QUERY" }, CAPTURE), { kind: "unknown" });
  t.match(outcomeByAnswer({ ...refusal, xref: "x-other" }, CAPTURE), { kind: "unknown" });
});

t.test("the sale itself decides, up to what was authorized", async (t) => {
  t.same(sale({ xref: "x-other" }), { kind: "unknown", why: "another transaction" });
  t.same(sale({ action: "QUERY:REFUND_SALE" }), { kind: "unknown", why: "another action" });
  t.same(sale({ currencyCode: "978" }), { kind: "unknown", why: "another currency" });
  t.match(sale({ amountReceived: 1001, amountRetained: 1001 }), { kind: "unknown", why: /more than/ });
  t.match(sale({ amountReceived: 0, amountRetained: 0 }), { kind: "unknown", why: "no amount" });
  t.match(sale({ state: "" }), { kind: "unknown" });
  t.match(sale({ state: "received" }), { kind: "unknown" });
  t.same(sale({ state: "approved", amountReceived: 1000 }), { kind: "standing" });
  for (const state of ["canceled", "finished", "reversed", "rejected"])
    t.same(sale({ state }), { kind: "released" }, state);
  for (const state of ["captured", "tendered", "accepted"])
    t.same(sale({ state }), { kind: "taken", amount: 700 });
  t.same(
    sale({ amountReceived: 500, amountRetained: 500 }),
    { kind: "taken", amount: 500 },
    "less than asked for",
  );
});

function sale(change: Partial<GatewayResult>) {
  return outcomeBySale({ ...CAPTURED, action: "QUERY:SALE", ...change }, CAPTURE);
}
