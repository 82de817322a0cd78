import { encodeFields } from "../../cardstream/fields.js";
import { readResult } from "../../cardstream/signed-message.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { newGatewayResult } from "../../checkout/gateway-messages/store-gateway-result.js";
import { formOf } from "../../checkout/sessions/session-form.js";
import type { GatewayAccountRow } from "../../db/tables/gateway-accounts.js";
import type { NewGatewayResult } from "../../db/tables/gateway-results.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { CheckoutSession } from "../../domain/session.js";
import type { CardEntry } from "../../sandbox/payments/card-entry.js";
import { readHostedRequest } from "../../sandbox/payments/hosted-request.js";
import type { TestOutcome } from "../../sandbox/payments/outcomes.js";
import { NO_FAULTS } from "../../sandbox/payments/planned-faults.js";
import { maskOf, resultFields } from "../../sandbox/payments/result-fields.js";
import { TEST_CARDS } from "../../sandbox/payments/test-cards.js";
import { beginTransaction, transactionRow } from "../../sandbox/payments/transaction-row.js";
import type { SandboxTransactionRow } from "../../sandbox/tables/sandbox-transactions.js";

/** A payment at the sandbox gateway, and what this service stores of its result. */
export interface DemonstrationPayment {
  readonly transaction: SandboxTransactionRow;
  readonly result: GatewayResult;
  /** Not classified yet. */
  readonly stored: Omit<NewGatewayResult, "id" | "outcome" | "heldReason">;
}

/** Pays a session's form at the sandbox gateway, as a shopper would with the first test card. Stores nothing. */
export function payForm(
  checkout: CheckoutContext,
  account: GatewayAccountRow,
  session: CheckoutSession,
  outcome: TestOutcome,
): DemonstrationPayment {
  const now = session.createdAt;
  const form = formOf(checkout, session, account).filter(([name]) => name !== "signature");
  const paid = beginTransaction({ outcome, entry: ENTRY, faults: NO_FAULTS }, readHostedRequest(form), now);
  const fields = resultFields(paid, form);
  const origin = {
    pageId: null,
    gatewayMerchantId: account.gatewayMerchantId,
    // The sandbox charges a card again only where it keeps something of it.
    cardHash: "demonstration",
    cardMask: maskOf(ENTRY.card.number),
    faults: NO_FAULTS,
  };
  const result = readResult(fields);
  const verified = { result, scope: session, target: { session } };
  const message = { body: Buffer.from(encodeFields(fields)), via: "callback" } as const;
  return {
    transaction: transactionRow(paid, origin, fields),
    result,
    stored: { ...newGatewayResult(checkout, verified, message), receivedAt: now },
  };
}

const ENTRY: CardEntry = {
  card: firstCard(),
  expiryMonth: 12,
  expiryYear: 2029,
  cvvMatches: true,
};

function firstCard(): CardEntry["card"] {
  const [card] = TEST_CARDS;
  if (card === undefined) throw new Error("There is no test card.");
  return card;
}
