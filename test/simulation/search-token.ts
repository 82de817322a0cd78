import { registerTestAccounts } from "../../src/checkout/testing/register-test-accounts.js";
import type { Registry } from "../../src/checkout/merchants/create-merchant.js";
import { findGatewayAccount, updateGatewayAccount } from "../../src/db/tables/gateway-accounts.js";
import { inTransaction } from "../../src/db/transaction.js";

/** The token of a merchant's transaction search, which the operator has not entered yet. */
export interface SearchToken {
  enter(): Promise<void>;
}

/** Takes the token of the merchant's test account away. The gateway is told of it as of any change. */
export async function withholdToken(
  registry: Registry,
  merchantId: string,
  gatewayUrl: string,
): Promise<SearchToken> {
  const scope = { merchantId, livemode: false };
  const sealed = (await findGatewayAccount(registry.db.manager, scope))?.restTokenSealed ?? null;
  const change = async (restTokenSealed: Buffer | null): Promise<void> => {
    await inTransaction(registry.db, "READ COMMITTED", (tx) =>
      updateGatewayAccount(tx, scope, { restTokenSealed }),
    );
    await registerTestAccounts(registry, gatewayUrl);
  };
  await change(null);
  return { enter: () => change(sealed) };
}
