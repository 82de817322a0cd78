import { createHmac } from "node:crypto";

import type { Field } from "../cardstream/fields.js";
import type { SandboxPageRow } from "../db/sandbox-pages.js";
import {
  findSandboxTransaction,
  insertSandboxTransaction,
  type SandboxTransactionRow,
} from "../db/sandbox-transactions.js";
import { inTransaction } from "../db/transaction.js";
import type { CardEntry } from "./card-entry.js";
import { withCustomerEntry } from "./customer-entry.js";
import { isDuplicate } from "./duplicates.js";
import { type HostedRequest, readHostedRequest } from "./hosted-request.js";
import { DUPLICATE, type Outcome } from "./outcomes.js";
import type { SandboxParts } from "./parts.js";
import { faultsText, type PlannedFaults } from "./planned-faults.js";
import { newAuthorisationCode, newRequestId, newTransactionId, newXref } from "./references.js";
import { amountReceived, maskOf, resultFields, type Transaction } from "./result-fields.js";

/** What the shopper asked the gateway to do on one of its pages. */
export interface Order {
  readonly page: SandboxPageRow;
  readonly outcome: Outcome;
  /** Undefined where the shopper cancelled. */
  readonly entry: CardEntry | undefined;
  /** What was posted from the page, where the shopper may have said who they are. */
  readonly posted: readonly Field[];
  readonly faults: PlannedFaults;
  /** The account's secret: the key under which the card number is hashed. */
  readonly secret: string;
}

/**
 * Carries the order out once, and answers the transaction that stands in the books.
 *
 * Duplicates are compared exactly as the gateway documents it (guide A-8), the card included: the same page paid again
 * with another card is charged again. What an earlier payment came to plays no part.
 */
export function charge(parts: SandboxParts, order: Order): Promise<SandboxTransactionRow> {
  const request = readHostedRequest(order.page.fields);
  const transaction = beginTransaction(order, request, parts.clock.now());
  const fresh = rowOf(order, transaction);
  const refused = rowOf(order, { ...transaction, outcome: DUPLICATE, authorisationCode: "" });
  // The lock on the row of last use is all that two payments at once need, so nothing would be gained by SERIALIZABLE.
  return inTransaction(parts.db, "READ COMMITTED", async (tx, run) => {
    const stored = run.again ? await findSandboxTransaction(tx, fresh.id) : undefined;
    if (stored !== undefined) return stored;
    const { cardHash } = fresh;
    const duplicate = cardHash !== null && (await isDuplicate(tx, fresh, cardHash, request.duplicateDelayMs));
    const row = duplicate ? refused : fresh;
    await insertSandboxTransaction(tx, row);
    return row;
  });
}

/** A new transaction of this order; in no books yet. */
export function beginTransaction(
  { entry, outcome, faults }: Order,
  request: HostedRequest,
  time: number,
): Transaction {
  const captured = request.captureIsDelayed ? uncaptured(outcome) : outcome;
  return {
    transactionID: newTransactionId(),
    xref: newXref(time),
    requestID: newRequestId(),
    time,
    request,
    outcome: faults.has("wrong_amount") ? withAnotherAmount(captured) : captured,
    entry,
    authorisationCode: outcome.takes === "nothing" ? "" : newAuthorisationCode(),
  };
}

/** Approved, and waiting for a CAPTURE or for its day. */
function uncaptured(outcome: Outcome): Outcome {
  return outcome.state === "captured" ? { ...outcome, state: "approved" } : outcome;
}

function withAnotherAmount(outcome: Outcome): Outcome {
  return outcome.takes === "nothing" ? outcome : { ...outcome, takes: "another amount" };
}

function rowOf({ page, posted, secret, faults }: Order, transaction: Transaction): SandboxTransactionRow {
  const { transactionID, xref, time, request, outcome, entry } = transaction;
  const result = resultFields(transaction, withCustomerEntry(page.fields, posted));
  return {
    id: transactionID,
    xref,
    pageId: page.id,
    gatewayMerchantId: page.gatewayMerchantId,
    action: request.action,
    type: request.type,
    amount: request.amount,
    currencyCode: request.currency.number,
    transactionUnique: request.transactionUnique,
    cardHash: entry === undefined ? null : hashOf(entry.card.number, secret),
    cardMask: entry === undefined ? null : maskOf(entry.card.number),
    responseCode: outcome.responseCode,
    responseStatus: outcome.responseStatus,
    responseMessage: messageOf(result),
    state: outcome.state,
    amountReceived: amountReceived(outcome, request.amount),
    amountRefunded: 0,
    saleId: null,
    result,
    createdAt: time,
    changedAt: time,
    callbackAnswer: null,
    callbackAt: null,
    faults: faultsText(faults),
  };
}

/** Keyed, because a card number has too few digits for a bare hash to hide it. */
function hashOf(cardNumber: string, secret: string): string {
  return createHmac("sha256", secret).update(cardNumber).digest("hex");
}

function messageOf(result: readonly Field[]): string {
  return result.find(([name]) => name === "responseMessage")?.[1] ?? "";
}
