import {
  insertFormerGatewayAccount,
  findGatewayAccount,
  type GatewayAccountChange,
  type GatewayAccountRow,
  insertGatewayAccount,
  updateGatewayAccount,
} from "../../db/tables/gateway-accounts.js";
import { findMerchant, type MerchantRow } from "../../db/tables/merchants.js";
import { inTransaction } from "../../db/transaction.js";
import { Refusal } from "../../domain/refusal.js";
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

/** The fields to change; an undefined field keeps its value. */
export interface MerchantChange {
  readonly gatewayMerchantId: string | undefined;
  readonly secret: string | undefined;
  readonly allowPublishedSecret: boolean;
  readonly countryCode: string | undefined;
  readonly restToken?: string | undefined;
}

/**
 * Open forms are signed with the former account, and so are their results: 48 h is the life of a session with
 * its grace period, and as much again.
 */
const FORMER_VALID_MS = 48 * 3_600_000;

/** Changes a merchant's live account, or adds its first one. Throws a Refusal that names the option. */
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
  const signing = signingColumns(registry, live, change);
  const { countryCode, restToken } = change;
  const columns: GatewayAccountChange = {
    ...signing,
    ...(countryCode === undefined ? {} : { countryCode: checkCountry(countryCode) }),
    ...(restToken === undefined ? {} : { restTokenSealed: sealRestToken(registry.sealer, live, restToken) }),
  };
  if (Object.keys(columns).length === 0) throw new Refusal("PARAMETER_MISSING", "No change was given.");
  const { merchantId, livemode, gatewayMerchantId, secretSealed } = live;
  const validUntil = registry.clock.now() + FORMER_VALID_MS;
  await inTransaction(registry.db, "READ COMMITTED", async (tx) => {
    if (Object.keys(signing).length > 0) {
      const former = { merchantId, livemode, validUntil, gatewayMerchantId, secretSealed };
      await insertFormerGatewayAccount(tx, former);
    }
    await updateGatewayAccount(tx, live, columns);
  });
}

/** The changed columns that decide how results are signed. */
function signingColumns(
  registry: Registry,
  live: GatewayAccountRow,
  { gatewayMerchantId, secret, allowPublishedSecret }: MerchantChange,
): GatewayAccountChange {
  const columns: GatewayAccountChange = {};
  if (gatewayMerchantId !== undefined) {
    columns.gatewayMerchantId = checkGatewayMerchantId({ gatewayMerchantId });
  }
  if (secret !== undefined) {
    const checked = checkSecret({ secret, allowPublishedSecret });
    columns.secretSealed = sealGatewaySecret(registry.sealer, live, checked);
  }
  return columns;
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
  const scope = { merchantId, livemode: true };
  const countryCode = change.countryCode === undefined ? test.countryCode : checkCountry(change.countryCode);
  const checked = checkLiveAccount({ gatewayMerchantId, secret, allowPublishedSecret, restToken });
  const row = newAccount(registry, scope, checked, countryCode);
  await inTransaction(registry.db, "READ COMMITTED", (tx) => insertGatewayAccount(tx, row));
}
