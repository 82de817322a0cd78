import { createHmac } from "node:crypto";

import type { Field } from "../../cardstream/fields.js";
import type { SandboxPageRow } from "../tables/sandbox-pages.js";
import {
  countOrderTransactions,
  findSandboxTransaction,
  insertSandboxTransaction,
  type SandboxTransactionRow,
} from "../tables/sandbox-transactions.js";
import { inTransaction } from "../../db/transaction.js";
import type { CardEntry } from "./card-entry.js";
import { withCustomerEntry } from "./customer-entry.js";
import { isDuplicate } from "./duplicates.js";
import { readHostedRequest } from "./hosted-request.js";
import { DUPLICATE, type TestOutcome } from "./outcomes.js";
import type { SandboxContext } from "../protocol/context.js";
import type { PlannedFaults } from "./planned-faults.js";
import { maskOf, resultFields, type SandboxTransaction } from "./result-fields.js";
import { beginTransaction, transactionRow } from "./transaction-row.js";

/** What the shopper asked the gateway to do on one of its pages. */
export interface Order {
  readonly page: SandboxPageRow;
  readonly outcome: TestOutcome;
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
 * Duplicates are compared exactly as the gateway documents it (guide A-8), the card included: the same page
 * paid again with another card is charged again. What an earlier payment came to plays no part.
 *
 * Undefined where the order has as many transactions as one may have: anybody with its page can make them,
 * and no key is needed.
 */
export function charge(parts: SandboxContext, order: Order): Promise<SandboxTransactionRow | undefined> {
  const request = readHostedRequest(order.page.fields);
  const transaction = beginTransaction(order, request, parts.clock.now());
  const fresh = rowOf(order, transaction);
  const refused = rowOf(order, { ...transaction, outcome: DUPLICATE, authorisationCode: "" });
  // The lock on the row of last use is all that two payments at once need, so nothing would be gained by SERIALIZABLE.
  return inTransaction(parts.db, "READ COMMITTED", async (tx, run) => {
    const stored = run.again ? await findSandboxTransaction(tx, fresh.id) : undefined;
    if (stored !== undefined) return stored;
    if ((await countOrderTransactions(tx, fresh, ORDER_TRANSACTIONS_MAX)) >= ORDER_TRANSACTIONS_MAX)
      return undefined;
    const { cardHash } = fresh;
    const duplicate = cardHash !== null && (await isDuplicate(tx, fresh, cardHash, request.duplicateDelayMs));
    const row = duplicate ? refused : fresh;
    await insertSandboxTransaction(tx, row);
    return row;
  });
}

/** All attempts of a session together; a merchant's own test of declines needs a few. */
const ORDER_TRANSACTIONS_MAX = 100;

function rowOf(
  { page, posted, secret, faults, entry }: Order,
  transaction: SandboxTransaction,
): SandboxTransactionRow {
  const origin = {
    pageId: page.id,
    gatewayMerchantId: page.gatewayMerchantId,
    cardHash: entry === undefined ? null : hashOf(entry.card.number, secret),
    cardMask: entry === undefined ? null : maskOf(entry.card.number),
    faults,
  };
  const asked = withCustomerEntry(page.fields, posted);
  return transactionRow(transaction, origin, resultFields(transaction, asked));
}

/** Keyed, because a card number has too few digits for a bare hash to hide it. */
function hashOf(cardNumber: string, secret: string): string {
  return createHmac("sha256", secret).update(cardNumber).digest("hex");
}
