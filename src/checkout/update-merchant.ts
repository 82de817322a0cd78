import {
  findGatewayAccount,
  type GatewayAccountChange,
  type GatewayAccountRow,
  insertGatewayAccount,
  updateGatewayAccount,
} from "../db/gateway-accounts.js";
import { findMerchant, type MerchantRow } from "../db/merchants.js";
import { inTransaction } from "../db/transaction.js";
import { Refusal } from "../domain/refusal.js";
import {
  checkCountry,
  checkGatewayMerchantId,
  checkLiveAccount,
  checkSecret,
  newAccount,
  type Registry,
  sealGatewaySecret,
  sealRestToken,
} from "./create-merchant.js";

/** What changes; undefined stays as it is. */
export interface MerchantChange {
  readonly gatewayMerchantId: string | undefined;
  readonly secret: string | undefined;
  readonly allowPublishedSecret: boolean;
  readonly countryCode: string | undefined;
  readonly restToken?: string | undefined;
}

/** Forms that are out were signed with the old secret, and so may their results be for a while. */
const OLD_SECRET_VALID_MS = 48 * 3_600_000;

/** Changes a merchant's live account, or gives it its first one. Throws a Refusal that names the option. */
export async function updateMerchant(
  registry: Registry,
  id: string,
  change: MerchantChange,
): Promise<MerchantRow> {
  const merchant = await findMerchant(registry.db.manager, id);
  if (merchant === undefined) throw new Refusal("PARAMETER_INVALID", `No such merchant: ${id}.`);
  const live = await findGatewayAccount(registry.db.manager, { merchantId: id, livemode: true });
  if (live === undefined) await addLiveAccount(registry, id, change);
  else await changeLiveAccount(registry, live, change);
  return merchant;
}

async function changeLiveAccount(
  registry: Registry,
  live: GatewayAccountRow,
  change: MerchantChange,
): Promise<void> {
  const { gatewayMerchantId, secret, countryCode, restToken } = change;
  const columns: GatewayAccountChange = {
    ...(gatewayMerchantId === undefined
      ? {}
      : { gatewayMerchantId: checkGatewayMerchantId({ gatewayMerchantId }) }),
    ...(countryCode === undefined ? {} : { countryCode: checkCountry(countryCode) }),
    ...(secret === undefined ? {} : newSecret(registry, live, { ...change, secret })),
    ...(restToken === undefined ? {} : { restTokenSealed: sealRestToken(registry.sealer, live, restToken) }),
  };
  if (Object.keys(columns).length === 0)
    throw new Refusal("PARAMETER_MISSING", "Nothing to change was given.");
  await inTransaction(registry.db, "READ COMMITTED", (tx) => updateGatewayAccount(tx, live, columns));
}

function newSecret(
  registry: Registry,
  live: GatewayAccountRow,
  { secret, allowPublishedSecret }: { secret: string; allowPublishedSecret: boolean },
): GatewayAccountChange {
  return {
    secretSealed: sealGatewaySecret(registry.sealer, live, checkSecret({ secret, allowPublishedSecret })),
    previousSecretSealed: live.secretSealed,
    previousSecretUntil: registry.clock.now() + OLD_SECRET_VALID_MS,
  };
}

async function addLiveAccount(registry: Registry, merchantId: string, change: MerchantChange): Promise<void> {
  const { gatewayMerchantId, secret, allowPublishedSecret, restToken } = change;
  const test = await findGatewayAccount(registry.db.manager, { merchantId, livemode: false });
  if (gatewayMerchantId === undefined || secret === undefined || test === undefined) {
    throw new Refusal(
      "PARAMETER_MISSING",
      "The merchant has no live account yet: give --gateway-merchant-id and --gateway-secret.",
    );
  }
  const owner = { merchantId, livemode: true };
  const countryCode = change.countryCode === undefined ? test.countryCode : checkCountry(change.countryCode);
  const checked = checkLiveAccount({ gatewayMerchantId, secret, allowPublishedSecret, restToken });
  const row = newAccount(registry, owner, checked, countryCode);
  await inTransaction(registry.db, "READ COMMITTED", (tx) => insertGatewayAccount(tx, row));
}
