import type { Database } from "../db/engine/database.js";
import { findSandboxAccount, writeSandboxAccounts } from "./tables/sandbox-accounts.js";
import { inTransaction } from "../db/transaction.js";
import type { Clock } from "../lib/clock.js";
import type { Sealer, SealScope } from "../lib/seal.js";
import type { RegisteredAccount, SandboxAccount } from "./protocol/context.js";

/** The accounts of a sandbox gateway that runs as its own process, as services register them. */
export interface AccountBook {
  secretOf(merchantID: string): Promise<SandboxAccount | undefined>;
  register(accounts: readonly RegisteredAccount[]): Promise<void>;
}

/** Keeps the accounts in the database, sealed. */
export function createAccountBook(parts: { db: Database; sealer: Sealer; clock: Clock }): AccountBook {
  const { db, sealer, clock } = parts;
  return {
    async secretOf(merchantID) {
      const row = await findSandboxAccount(db.manager, merchantID);
      if (row === undefined) return undefined;
      return JSON.parse(sealer.open(row.accountSealed, scopeOf(merchantID))) as SandboxAccount;
    },
    async register(accounts) {
      if (accounts.length === 0) return;
      const changedAt = clock.now();
      const rows = accounts.map(({ merchantID, ...account }) => ({
        gatewayMerchantId: merchantID,
        accountSealed: sealer.seal(JSON.stringify(account), scopeOf(merchantID)),
        changedAt,
      }));
      await inTransaction(db, "READ COMMITTED", async (tx) => writeSandboxAccounts(tx, rows));
    },
  };
}

/** A sandbox knows merchants only by their `merchantID`. */
function scopeOf(merchantID: string): SealScope {
  return { merchantId: merchantID, livemode: false, purpose: "sandbox-account" };
}
