import { newTransactionId } from "../../../src/sandbox/payments/references.js";
import { paidMessage } from "../../support/gateway.js";

/** The message that a session was paid. Its transaction is no other's, however many thousand a run has. */
export function paidSession(id: string, merchantID: string): Record<string, string> {
  return paidMessage({ id, amount_total: 2999 }, merchantID, { transactionID: newTransactionId() });
}
