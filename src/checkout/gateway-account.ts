import {
  findGatewayAccount,
  type GatewayAccountRow,
  listGatewayAccounts,
  listTestGatewayAccounts,
} from "../db/gateway-accounts.js";
import type { GatewayAccount } from "../cardstream/hosted-form.js";
import { findMerchant, listMerchants } from "../db/merchants.js";
import type { Owner } from "../domain/owner.js";
import type { Checkout } from "./checkout.js";

/** A merchant's account at the gateway with its secrets in clear. Lives for one request, never logged. */
export interface OpenGatewayAccount extends GatewayAccount, Owner {
  /** What a result may be signed with: the secret, and for 48 hours after a change the one before it. */
  readonly verifyingSecrets: readonly string[];
  /** Of the gateway's transaction search; undefined where the account has none. */
  readonly restToken: string | undefined;
}

/** The account that takes the money of this owner's sessions. Undefined where the merchant has none in that mode. */
export async function openGatewayAccount(
  checkout: Checkout,
  owner: Owner,
): Promise<OpenGatewayAccount | undefined> {
  const row = await findGatewayAccount(checkout.db.manager, owner);
  return row === undefined ? undefined : open(checkout, row);
}

/** Every account with this gateway merchant id: several merchants may share one. */
export async function openGatewayAccountsOf(
  checkout: Checkout,
  gatewayMerchantId: string,
): Promise<OpenGatewayAccount[]> {
  const rows = await listGatewayAccounts(checkout.db.manager, gatewayMerchantId);
  return rows.map((row) => open(checkout, row));
}

/** A test account as the sandbox gateway has to know it. */
export interface TestAccount {
  readonly secret: string;
  readonly restToken: string | undefined;
  readonly merchantName: string;
  readonly countryCode: string;
}

/** What the sandbox gateway may know of a `merchantID`: nothing, unless it is a test account's. */
export async function sandboxAccount(
  checkout: Checkout,
  gatewayMerchantId: string,
): Promise<TestAccount | undefined> {
  const rows = await listGatewayAccounts(checkout.db.manager, gatewayMerchantId);
  const row = rows.find(({ livemode }) => !livemode);
  const merchant = row && (await findMerchant(checkout.db.manager, row.merchantId));
  if (row === undefined || merchant === undefined) return undefined;
  const { secret, restToken, countryCode } = open(checkout, row);
  return { secret, restToken, merchantName: merchant.name, countryCode };
}

/** Every test account, for a sandbox gateway in another process. */
export async function listTestAccounts(
  parts: Pick<Checkout, "db" | "sealer" | "clock">,
): Promise<(TestAccount & { readonly merchantID: string })[]> {
  const names = new Map((await listMerchants(parts.db.manager)).map(({ id, name }) => [id, name]));
  const rows = await listTestGatewayAccounts(parts.db.manager);
  return rows.map((row) => {
    const { merchantID, secret, restToken, countryCode } = open(parts, row);
    return { merchantID, secret, restToken, countryCode, merchantName: names.get(row.merchantId) ?? "" };
  });
}

function open(checkout: Pick<Checkout, "sealer" | "clock">, row: GatewayAccountRow): OpenGatewayAccount {
  const { merchantId, livemode, restTokenSealed } = row;
  const unseal = (sealed: Uint8Array, purpose: "gateway-secret" | "gateway-rest-token"): string =>
    checkout.sealer.open(sealed, { merchantId, livemode, purpose });
  const secret = unseal(row.secretSealed, "gateway-secret");
  const { previousSecretSealed, previousSecretUntil } = row;
  const stillValid = previousSecretUntil !== null && checkout.clock.now() < previousSecretUntil;
  const previous =
    previousSecretSealed !== null && stillValid ? [unseal(previousSecretSealed, "gateway-secret")] : [];
  return {
    merchantId,
    livemode,
    merchantID: row.gatewayMerchantId,
    countryCode: row.countryCode,
    secret,
    verifyingSecrets: [secret, ...previous],
    restToken: restTokenSealed === null ? undefined : unseal(restTokenSealed, "gateway-rest-token"),
  };
}
