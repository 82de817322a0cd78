import type { Field } from "../../cardstream/fields.js";
import type { SandboxPageRow } from "../tables/sandbox-pages.js";
import {
  countOrderTransactions,
  findSandboxTransaction,
  insertSandboxTransaction,
  type SandboxTransactionRow,
} from "../tables/sandbox-transactions.js";
import { inTransaction } from "../../db/transaction.js";
import { type CardEntry, cardHashOf } from "./card-entry.js";
import { withCustomerEntry } from "./customer-entry.js";
import { isDuplicate } from "./duplicates.js";
import { readHostedRequest } from "./hosted-request.js";
import { DUPLICATE, type TestOutcome } from "./outcomes.js";
import type { SandboxContext } from "../protocol/context.js";
import type { PlannedFaults } from "./planned-faults.js";
import { overrideFields } from "./override-fields.js";
import { maskOf, resultFields, type SandboxTransaction } from "./result-fields.js";
import { authenticationFields, type AuthenticationStatus, challengedRow } from "./three-d-secure.js";
import { beginTransaction, transactionRow } from "./transaction-row.js";

/** A payment that the shopper requested on a card page. */
export interface Order {
  readonly page: SandboxPageRow;
  readonly outcome: TestOutcome;
  /** Undefined if the shopper cancelled. */
  readonly entry: CardEntry | undefined;
  /** The fields posted from the page, with the shopper's contact details, if entered. */
  readonly posted: readonly Field[];
  readonly faults: PlannedFaults;
  /**
   * What the card's issuer makes of the shopper; `C`: the payment waits for them at the issuer's page. Undefined: the
   * card does not take part, or the shopper has chosen the outcome.
   */
  readonly authentication?: AuthenticationStatus | undefined;
  /** The account's secret: the key under which the card number is hashed. */
  readonly secret: string;
}

/**
 * Carries the order out once, and returns the recorded transaction.
 *
 * Duplicates are compared exactly as the gateway documents it (guide A-8), the card included: paying a page
 * again with another card charges again. The outcome of an earlier payment plays no part.
 *
 * Undefined if the order has as many transactions as it may have: every holder of its page can make them,
 * without a key.
 */
export function charge(parts: SandboxContext, order: Order): Promise<SandboxTransactionRow | undefined> {
  const request = readHostedRequest(order.page.fields);
  const transaction = beginTransaction(order, request, parts.clock.now());
  const made = rowOf(order, transaction);
  const waits = order.authentication === "C";
  const fresh = waits ? challengedRow(parts, made, { transactionID: made.id, round: 1 }) : made;
  const refused = rowOf(order, { ...transaction, outcome: DUPLICATE, authorisationCode: "" });
  // Two concurrent payments only need the lock on the row of last use, so SERIALIZABLE would gain nothing.
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

/** For all attempts of a session together; a merchant's own tests of declines need a few. */
const ORDER_TRANSACTIONS_MAX = 100;

function rowOf(
  { page, posted, secret, faults, entry, authentication }: Order,
  transaction: SandboxTransaction,
): SandboxTransactionRow {
  const origin = {
    pageId: page.id,
    gatewayMerchantId: page.gatewayMerchantId,
    cardHash: entry === undefined ? null : cardHashOf(entry, secret),
    cardMask: entry === undefined ? null : maskOf(entry.card.number),
    faults,
  };
  const asked = withCustomerEntry(page.fields, posted);
  const result = resultFields(transaction, asked);
  const told = authentication === undefined ? {} : authenticationFields(authentication);
  return transactionRow(transaction, origin, overrideFields(result, told));
}
