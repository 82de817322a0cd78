import { insertApiKey, listApiKeys } from "../../db/tables/api-keys.js";
import { insertGatewayAccount } from "../../db/tables/gateway-accounts.js";
import { insertMerchant, listMerchants } from "../../db/tables/merchants.js";
import { inTransaction } from "../../db/transaction.js";
import { newKey } from "./create-api-key.js";
import { newMerchant, type Registry } from "./create-merchant.js";

const NAME = "Demonstration shop";

/**
 * Creates a demonstration merchant, without a live gateway account, if there is no merchant at all. Returns
 * its id, also if it was created before; undefined if the first merchant is another one.
 *
 * For the embedded engine: its transaction has the file to itself, so of several first starts one creates the
 * merchant, and the others find it.
 */
export async function createDemonstration(registry: Registry): Promise<string | undefined> {
  const { row, accounts } = newMerchant(registry, { name: NAME, countryCode: "GB", live: undefined });
  if ((await listMerchants(registry.db.manager)).length === 0) {
    await inTransaction(registry.db, "SERIALIZABLE", async (tx) => {
      if ((await listMerchants(tx)).length > 0) return;
      await insertMerchant(tx, row);
      for (const account of accounts) await insertGatewayAccount(tx, account);
    });
  }
  const [first] = await listMerchants(registry.db.manager);
  return first?.name === NAME ? first.id : undefined;
}

/**
 * Creates the test key of a merchant that has never had a key. Undefined if it has: a key is readable only
 * when it is created.
 */
export async function createFirstTestKey(
  registry: Registry,
  merchantId: string,
): Promise<string | undefined> {
  const { key, row } = newKey(registry, { merchantId, livemode: false });
  return await inTransaction(registry.db, "SERIALIZABLE", async (tx) => {
    if ((await listApiKeys(tx, merchantId)).length > 0) return undefined;
    await insertApiKey(tx, row);
    return key;
  });
}
