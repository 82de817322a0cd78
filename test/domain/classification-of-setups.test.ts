import t from "tap";

import {
  type Classification,
  type Expected,
  classifyPayment,
  classifySetup,
  held,
} from "../../src/domain/classification.js";
import type { GatewayResult } from "../../src/domain/gateway-result.js";
import { currency } from "../support/currency.js";

const EXPECTED: Expected = { targetId: "cs_abc", amount: 0, currency: currency("GBP"), attempt: 3 };

/** The verification of a card, for a session that stores it without a payment: its third attempt. */
const VERIFIED: GatewayResult = {
  merchantID: "100856",
  action: "VERIFY",
  transactionUnique: "cs_abc-3",
  orderRef: "cs_abc",
  transactionID: "36943501",
  xref: "19042803WH25PT42SH69VRP",
  state: "verified",
  responseCode: 0,
  responseStatus: 0,
  responseMessage: "CARD VERIFIED",
  amount: 0,
  amountReceived: 0,
  amountRetained: undefined,
  amountRefunded: undefined,
  currencyCode: "826",
  currencyExponent: "2",
  card: { brand: "visa", last4: "0821", expMonth: 12, expYear: 2027, funding: "credit", country: "GB" },
  cardLook: null,
  billing: null,
  transactionKey: "transaction:36943501",
};

function classify(result: Partial<GatewayResult>): Classification {
  return classifySetup({ ...VERIFIED, ...result }, EXPECTED);
}

t.test("only a verification of nothing completes a session that stores a card", async (t) => {
  for (const result of [
    {},
    { action: "QUERY:VERIFY" },
    { amountReceived: undefined },
    { state: "" },
    { responseCode: 85, responseMessage: "NO REASON TO DECLINE" },
  ])
    t.same(classify(result), { outcome: "completed", reason: null }, JSON.stringify(result));
  for (const result of [
    { action: "SALE" },
    { action: "SALE", amount: 2999, amountReceived: 2999, state: "captured" },
    { action: "PREAUTH" },
    { action: "" },
    { amount: 1 },
    { amount: undefined },
    { amountReceived: 1 },
    { state: "captured" },
    { transactionUnique: "cs_abc-4" },
    { transactionUnique: "cs_other-1" },
    { orderRef: "cs_other" },
    { currencyCode: "978" },
    { currencyExponent: "0" },
    { responseCode: 10 },
    { responseCode: 85, amountReceived: 1 },
  ])
    t.same(classify(result), held("setup_mismatch"), JSON.stringify(result));
  t.same(classify({ action: "REFUND" }), held("refund_unknown"));
});

t.test("a verification that was refused tells how, and says nothing of a sale", async (t) => {
  const refused = { responseCode: 5, responseStatus: 1, state: "declined" };
  const outcomeOf = (result: Partial<GatewayResult>) => classify({ ...refused, ...result }).outcome;
  t.equal(outcomeOf({}), "declined");
  t.equal(outcomeOf({ responseCode: 65576, responseStatus: 2 }), "cancelled");
  t.equal(outcomeOf({ responseCode: 65536, responseStatus: 2 }), "unknown");
  t.equal(outcomeOf({ responseCode: 85 }), "held", "refused, and without a reason: a person looks at it");
  t.equal(outcomeOf({ action: "SALE" }), "unknown");
  t.same(classifyPayment(VERIFIED, EXPECTED), held("action_mismatch"), "nor does it pay a session");
});
