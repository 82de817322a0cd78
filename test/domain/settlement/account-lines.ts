import type { PaymentLine, RefundLine } from "../../../src/domain/settlement/account-line.js";

/** A payment of a session. */
export const PAYMENT: PaymentLine = {
  kind: "payment",
  id: "pi_1",
  time: 0,
  amount: 1000,
  currency: "gbp",
  transaction: "1",
  reference: "cs_1-1",
  sessionId: "cs_1",
  settlement: "pending",
  reduced: 0,
};

/** A refund of it. */
export const REFUND: RefundLine = {
  kind: "refund",
  id: "re_1",
  time: 0,
  amount: 300,
  currency: "gbp",
  transaction: null,
  reference: "re_1",
  paymentIntentId: "pi_1",
  status: "succeeded",
  action: "refund",
};
