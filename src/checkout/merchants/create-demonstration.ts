import type { EntityManager } from "typeorm";

import { insertApiKey, listApiKeys } from "../../db/tables/api-keys.js";
import {
  findGatewayAccount,
  type GatewayAccountRow,
  insertGatewayAccount,
} from "../../db/tables/gateway-accounts.js";
import { findMerchantsByName, insertMerchant, listMerchants } from "../../db/tables/merchants.js";
import { inTransaction, type Tx } from "../../db/transaction.js";
import { newKey } from "./create-api-key.js";
import { newMerchant, type Registry } from "./create-merchant.js";

const NAME = "Demonstration shop";

/** Writes the objects of a new demonstration merchant, in the transaction that creates it. */
export type WriteObjects = (tx: Tx, account: GatewayAccountRow) => Promise<void>;

/**
 * Creates a demonstration merchant, without a live gateway account, if there is no merchant at all; with `beside` also
 * beside others. Returns its id, also if it was created before; undefined if there is none.
 *
 * For the embedded engine: its transaction has the file to itself, so of several first starts one creates the
 * merchant, and the others find it.
 */
export async function createDemonstration(
  registry: Registry,
  writeObjects: WriteObjects,
  beside = false,
): Promise<string | undefined> {
  const { row, accounts } = newMerchant(registry, { name: NAME, countryCode: "GB", live: undefined });
  const isWanted = async (db: EntityManager): Promise<boolean> =>
    beside ? (await findDemonstration(db)) === undefined : (await listMerchants(db)).length === 0;
  if (await isWanted(registry.db.manager)) {
    await inTransaction(registry.db, "SERIALIZABLE", async (tx) => {
      if (!(await isWanted(tx))) return;
      await insertMerchant(tx, row);
      for (const account of accounts) {
        await insertGatewayAccount(tx, account);
        await writeObjects(tx, account);
      }
    });
  }
  return await findDemonstration(registry.db.manager);
}

/** The demonstration merchant: it has that name, and no live account. Undefined if there is none. */
export async function findDemonstration(db: EntityManager): Promise<string | undefined> {
  for (const { id } of await findMerchantsByName(db, NAME)) {
    if ((await findGatewayAccount(db, { merchantId: id, livemode: true })) === undefined) return id;
  }
  return undefined;
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
