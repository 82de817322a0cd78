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

/** The dependencies of the operator's commands. */
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
  /**
   * The token of the gateway's transaction search. Without it a payment whose result is lost may never be
   * found.
   */
  readonly restToken?: string | undefined;
}

/** The merchant to create. Without a live account it takes test payments only. */
export interface NewMerchant {
  readonly name: string;
  readonly countryCode: string;
  readonly live: LiveAccount | undefined;
}

/** Creates a merchant with its own sandbox account, and its live account if one is given. */
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

/** The gateway's credentials of an account. */
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

/** Seals the secret of a merchant's gateway account. */
export function sealGatewaySecret(
  sealer: Sealer,
  { merchantId, livemode }: MerchantScope,
  secret: string,
): Buffer {
  return sealer.seal(secret, { merchantId, livemode, purpose: "gateway-secret" });
}

/**
 * Seals the token of a merchant's transaction search. Throws a Refusal if an HTTP header could not carry it.
 */
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

/** Throws a Refusal if the gateway cannot have issued such an account, or its secret is published. */
export function checkLiveAccount(live: LiveAccount): Credentials {
  return {
    gatewayMerchantId: checkGatewayMerchantId(live),
    secret: checkSecret(live),
    restToken: live.restToken,
  };
}

/** Throws a Refusal if the secret of a live account is empty or published. */
export function checkSecret({
  secret,
  allowPublishedSecret,
}: Pick<LiveAccount, "secret" | "allowPublishedSecret">): string {
  if (secret === "") throw new Refusal("PARAMETER_MISSING", "The gateway secret is empty.", "gateway-secret");
  if (isPublishedSecret(secret) && !allowPublishedSecret) {
    throw new Refusal(
      "PARAMETER_INVALID",
      "The vendor has published this gateway secret: anyone can sign a successful payment with it. For tests give --allow-published-secret.",
      "gateway-secret",
    );
  }
  return secret;
}

/** Throws a Refusal unless the id is one that the gateway issues: digits, or an alias of letters. */
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

/** The sandbox finds an account by the beginning of its REST token: it could not search for a sealed one. */
function sandboxCredentials(): Credentials {
  const gatewayMerchantId = newSandboxMerchantId();
  return { gatewayMerchantId, secret: randomText(), restToken: `${gatewayMerchantId}.${randomText()}` };
}

function randomText(): string {
  return randomBytes(24).toString("base64url");
}

/** Fourteen digits: longer than the gateway's own ids, so that the two are easy to tell apart. */
function newSandboxMerchantId(): string {
  return String(randomInt(10_000_000_000_000, 100_000_000_000_000));
}
