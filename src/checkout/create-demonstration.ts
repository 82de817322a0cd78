import { listMerchants } from "../db/merchants.js";
import { createApiKey } from "./create-api-key.js";
import { createMerchant, type Registry } from "./create-merchant.js";

/** A merchant to try the service with, and its test key. */
export interface Demonstration {
  readonly merchantId: string;
  readonly testKey: string;
}

/** Makes a demonstration merchant where there is no merchant at all. It has no live gateway account. */
export async function createDemonstration(registry: Registry): Promise<Demonstration | undefined> {
  if ((await listMerchants(registry.db.manager)).length > 0) return undefined;
  const merchant = await createMerchant(registry, {
    name: "Demonstration shop",
    countryCode: "GB",
    live: undefined,
  });
  const { key } = await createApiKey(registry, { merchantId: merchant.id, livemode: false });
  return { merchantId: merchant.id, testKey: key };
}
