import t from "tap";

import type { GatewayResult } from "../../src/domain/gateway-result.js";
import { type Expected, classifyCharge, classifyPayment } from "../../src/domain/classification.js";
import { currency } from "../support/currency.js";

/** A success of the third attempt, with what the gateway sends of it. */
const PAID: GatewayResult = {
  merchantID: "100856",
  action: "SALE",
  transactionUnique: "pi_abc-3",
  orderRef: "pi_abc",
  transactionID: "36943501",
  xref: "19042803WH25PT42SH69VRP",
  state: "captured",
  responseCode: 0,
  responseStatus: 0,
  responseMessage: "AUTHCODE:385359",
  amount: 2999,
  amountReceived: 2999,
  amountRetained: undefined,
  amountRefunded: undefined,
  currencyCode: "826",
  currencyExponent: "2",
  card: { brand: "visa", last4: "0821", expMonth: 12, expYear: 2027, funding: "credit", country: "GB" },
  cardLook: null,
  billing: null,
  transactionKey: "transaction:36943501",
};

const CHARGE: Expected = { targetId: "pi_abc", amount: 2999, currency: currency("GBP"), attempt: 3 };

const outcomeOf = (changes: Partial<GatewayResult>, offSession = true): string =>
  classifyCharge({ ...PAID, ...changes }, CHARGE, { offSession }).outcome;

const notAuthenticated = (state: string): string =>
  classifyPayment({ ...PAID, responseCode: 65803, responseStatus: 2, state }, CHARGE).outcome;

const refused = (responseCode: number): string =>
  outcomeOf({ responseCode, responseStatus: 2, state: "finished" });

t.test("what says nothing of a charge leaves it unknown, a duplicate above all", async (t) => {
  for (const code of [65554, 65536, 65552, 65564, 91, 96]) t.equal(refused(code), "unknown", String(code));
});

t.test("a charge that the gateway would not try has failed", async (t) => {
  for (const code of [65539, 65541, 65542, 65546, 66311, 66341, 66944]) {
    t.equal(refused(code), "declined", String(code));
  }
});

t.test("a charge that waits for the shopper has failed only where nobody is there", async (t) => {
  const waits = { responseCode: 65802, responseStatus: 2, state: "received" };
  t.equal(outcomeOf(waits, false), "unknown");
  t.equal(outcomeOf({ ...waits, action: "REFUND_SALE" }), "unknown", "it tells of another action");
  t.equal(outcomeOf(waits), "declined");
  t.equal(outcomeOf({ responseCode: 65803, responseStatus: 2, state: "declined" }, false), "declined");
});

t.test(
  "an authentication that failed on the gateway's page is a decline once its transaction has ended",
  async (t) => {
    for (const state of ["declined", "finished"]) t.equal(notAuthenticated(state), "declined", state);
    for (const state of ["captured", "received", ""]) t.equal(notAuthenticated(state), "unknown", state);
  },
);

t.test("money that is given back is never taken for a payment, nor its refusal for a decline", async (t) => {
  for (const action of ["REFUND", "REFUND_SALE", "QUERY:REFUND_SALE", "CANCEL:SALE", "CREDIT"]) {
    for (const responseCode of [0, 10]) {
      const classification = classifyCharge({ ...PAID, action, responseCode }, CHARGE, { offSession: false });
      t.same(classification, { outcome: "held", reason: "refund_unknown" }, `${action} ${responseCode}`);
    }
    for (const responseCode of [5, 65541, 65576]) {
      t.equal(outcomeOf({ action, responseCode, responseStatus: 1 }), "unknown", `${action} ${responseCode}`);
    }
  }
});

t.test("otherwise a charge is judged as a session's payment", async (t) => {
  t.equal(outcomeOf({}), "completed");
  t.equal(outcomeOf({ amountReceived: 1 }), "held");
  t.equal(outcomeOf({ responseCode: 51, responseStatus: 1 }), "declined");
  t.equal(outcomeOf({ orderRef: "pi_abd" }), "held");
});
