import { compareAccounts } from "../../src/checkout/settlement/compare-accounts.js";
import { currencyOfGateway } from "../../src/domain/money.js";
import type { Difference, GatewayEntry } from "../../src/domain/settlement/compare-accounts.js";
import {
  sandboxTransactions,
  type SandboxTransactionRow,
} from "../../src/sandbox/tables/sandbox-transactions.js";
import type { Environment } from "./environment.js";

/** What the report says otherwise than the gateway's books, for all merchants and the whole time. */
export async function readAccounts({ books, ledger, merchants }: Environment): Promise<Difference[]> {
  const all: Difference[] = [];
  for (const { id: merchantId, merchantID: gatewayMerchantId } of merchants) {
    const rows = await ledger.manager.find(sandboxTransactions, { where: { gatewayMerchantId } });
    const scope = { merchantId, livemode: false };
    const { differences } = await compareAccounts(books, scope, WHOLE_TIME, rows.map(entryOf));
    all.push(...differences);
  }
  return all;
}

/** The test clocks go days ahead. */
const YEAR_MS = 365 * 24 * 3_600_000;
const WHOLE_TIME = { from: 0, until: Date.now() + YEAR_MS };

function entryOf(row: SandboxTransactionRow): GatewayEntry {
  return {
    transactionID: row.id,
    transactionUnique: row.transactionUnique,
    action: row.action,
    state: row.state,
    amount: row.amountReceived,
    currency: currencyOfGateway(row.currencyCode)?.code ?? row.currencyCode,
  };
}
