import { randomBytes, randomInt } from "node:crypto";

import { isPublishedSecret } from "../../cardstream/published-secrets.js";
import type { Database } from "../../db/engine/database.js";
import { type GatewayAccountRow, insertGatewayAccount } from "../../db/tables/gateway-accounts.js";
import { insertMerchant, type MerchantRow } from "../../db/tables/merchants.js";
import { inTransaction } from "../../db/transaction.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { type Clock, stoppedAt } from "../../lib/clock.js";
import { isGatewayId, newId } from "../../lib/ids.js";
import type { Sealer } from "../../lib/seal.js";

/** What the operator's commands work with. */
export interface Registry {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

/** A merchant's account at Cardstream, as the operator enters it. */
export interface LiveAccount {
  readonly gatewayMerchantId: string;
  readonly secret: string;
  /** Allows a secret that the vendor has published: for tests only. */
  readonly allowPublishedSecret: boolean;
  /** Of the gateway's transaction search, without which a payment whose result was lost may never be found. */
  readonly restToken?: string | undefined;
}

/** A merchant to be. Without a live account it takes test payments only. */
export interface NewMerchant {
  readonly name: string;
  readonly countryCode: string;
  readonly live: LiveAccount | undefined;
}

/** Creates a merchant with a sandbox account of its own, and its live account where it has one. */
export async function createMerchant(registry: Registry, merchant: NewMerchant): Promise<MerchantRow> {
  const { row, accounts } = newMerchant(registry, merchant);
  await inTransaction(registry.db, "READ COMMITTED", async (tx) => {
    await insertMerchant(tx, row);
    for (const each of accounts) await insertGatewayAccount(tx, each);
  });
  return row;
}

/** The rows of a merchant that is not stored yet. */
export function newMerchant(
  registry: Registry,
  merchant: NewMerchant,
): { readonly row: MerchantRow; readonly accounts: readonly GatewayAccountRow[] } {
  const now = registry.clock.now();
  const row: MerchantRow = {
    id: newId("mer", now),
    name: checkName(merchant.name),
    createdAt: now,
    testClockAhead: 0,
  };
  const countryCode = checkCountry(merchant.countryCode);
  const account = (livemode: boolean, credentials: Credentials): GatewayAccountRow =>
    newAccount(
      { ...registry, clock: stoppedAt(now) },
      { merchantId: row.id, livemode },
      credentials,
      countryCode,
    );
  const { live } = merchant;
  const accounts = [account(false, sandboxCredentials())];
  if (live !== undefined) accounts.push(account(true, checkLiveAccount(live)));
  return { row, accounts };
}

/** What the gateway knows an account by. */
type Credentials = Pick<LiveAccount, "gatewayMerchantId" | "secret" | "restToken">;

/** The row of a new account. */
export function newAccount(
  { sealer, clock }: Registry,
  scope: MerchantScope,
  { gatewayMerchantId, secret, restToken }: Credentials,
  countryCode: string,
): GatewayAccountRow {
  return {
    ...scope,
    gatewayMerchantId,
    secretSealed: sealGatewaySecret(sealer, scope, secret),
    restTokenSealed: restToken === undefined ? null : sealRestToken(sealer, scope, restToken),
    countryCode,
    createdAt: clock.now(),
  };
}

/** Seals the secret of an owner's gateway account. */
export function sealGatewaySecret(
  sealer: Sealer,
  { merchantId, livemode }: MerchantScope,
  secret: string,
): Buffer {
  return sealer.seal(secret, { merchantId, livemode, purpose: "gateway-secret" });
}

/** Seals the token of an owner's transaction search. Throws a Refusal where no HTTP header could carry it. */
export function sealRestToken(
  sealer: Sealer,
  { merchantId, livemode }: MerchantScope,
  restToken: string,
): Buffer {
  if (!/^[!-~]{1,500}$/.test(restToken)) {
    throw new Refusal(
      "PARAMETER_INVALID",
      "A REST token is 1 to 500 printable characters without a space.",
      "gateway-rest-token",
    );
  }
  return sealer.seal(restToken, { merchantId, livemode, purpose: "gateway-rest-token" });
}

/** Throws a Refusal where the gateway could not have given out such an account, or everybody knows its secret. */
export function checkLiveAccount(live: LiveAccount): Credentials {
  return {
    gatewayMerchantId: checkGatewayMerchantId(live),
    secret: checkSecret(live),
    restToken: live.restToken,
  };
}

/** Throws a Refusal where the secret of a live account is empty, or known to everybody. */
export function checkSecret({
  secret,
  allowPublishedSecret,
}: Pick<LiveAccount, "secret" | "allowPublishedSecret">): string {
  if (secret === "") throw new Refusal("PARAMETER_MISSING", "The gateway secret is empty.", "gateway-secret");
  if (isPublishedSecret(secret) && !allowPublishedSecret) {
    throw new Refusal(
      "PARAMETER_INVALID",
      "The vendor has published this gateway secret: anybody could sign a success with it. For tests give --allow-published-secret.",
      "gateway-secret",
    );
  }
  return secret;
}

/** Throws a Refusal unless the id is one that the gateway gives out: digits, or an alias of letters. */
export function checkGatewayMerchantId({
  gatewayMerchantId,
}: Pick<LiveAccount, "gatewayMerchantId">): string {
  if (isGatewayId(gatewayMerchantId)) return gatewayMerchantId;
  throw new Refusal(
    "PARAMETER_INVALID",
    "A gateway merchant id is 1 to 64 letters and digits.",
    "gateway-merchant-id",
  );
}

/** Throws a Refusal unless the code is a country of ISO 3166 in two letters. */
export function checkCountry(countryCode: string): string {
  const code = countryCode.toUpperCase();
  const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  if (/^[A-Z]{2}$/.test(code) && names.of(code) !== undefined) return code;
  throw new Refusal(
    "PARAMETER_INVALID",
    "The country must be two letters of ISO 3166, such as GB.",
    "country",
  );
}

function checkName(name: string): string {
  const trimmed = name.trim();
  if (trimmed !== "" && trimmed.length <= 250) return trimmed;
  throw new Refusal("PARAMETER_INVALID", "A merchant's name has 1 to 250 characters.", "name");
}

/** The sandbox finds the account of a REST token by its beginning: it could not search for a sealed one. */
function sandboxCredentials(): Credentials {
  const gatewayMerchantId = newSandboxMerchantId();
  return { gatewayMerchantId, secret: randomText(), restToken: `${gatewayMerchantId}.${randomText()}` };
}

function randomText(): string {
  return randomBytes(24).toString("base64url");
}

/** Fourteen digits: longer than the gateway's own ids, so that a look tells which account it is. */
function newSandboxMerchantId(): string {
  return String(randomInt(10_000_000_000_000, 100_000_000_000_000));
}
