import {
  formerAccountsOf,
  type FormerGatewayAccountRow,
  listFormerGatewayAccountsNamed,
  accountOf,
  type FormAccountRow,
  type GatewayAccountRow,
  listGatewayAccounts,
  listTestGatewayAccounts,
} from "../../db/tables/gateway-accounts.js";
import type { GatewayAccount } from "../../cardstream/hosted-form.js";
import { findMerchant, listMerchants } from "../../db/tables/merchants.js";
import { selectTogether } from "../../db/query/select.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { isId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";

/** A merchant's account at the gateway with its secrets in plain text. Kept for one request, never logged. */
export interface OpenGatewayAccount extends GatewayAccount, MerchantScope {
  /**
   * The secrets that the gateway's messages may be signed with: the current one, and former ones for 48
   * hours.
   */
  readonly verifyingSecrets: readonly string[];
  /** The token of the gateway's transaction search; undefined if the account has none. */
  readonly restToken: string | undefined;
}

/**
 * An account that may have signed a result: as it is, or as it was within the last 48 hours. Its secret is in
 * plain text: kept for a second, never logged.
 */
export interface Signer extends MerchantScope {
  readonly merchantID: string;
  readonly secret: string;
}

/** The merchant's gateway account in this mode. Undefined if it has none. */
export async function openGatewayAccount(
  checkout: CheckoutContext,
  scope: MerchantScope,
): Promise<OpenGatewayAccount | undefined> {
  const { account, former } = await findAccounts(checkout, scope);
  if (account === undefined) return undefined;
  const named = [account, ...former]
    .map((row) => openSigner(checkout, row))
    .filter(({ merchantID }) => merchantID === account.gatewayMerchantId);
  return {
    merchantId: account.merchantId,
    livemode: account.livemode,
    ...openFormAccount(checkout, account),
    verifyingSecrets: named.map((signer) => signer.secret),
    restToken: openRestToken(checkout, account),
  };
}

/** What a form of the account is signed with. */
export function openFormAccount(checkout: Keys, row: FormAccountRow): GatewayAccount {
  const { merchantID, secret } = openSigner(checkout, row);
  return { merchantID, secret, countryCode: row.countryCode };
}

/** The accounts that may have signed a result for this merchant, the current one first. */
export async function signersFor(checkout: CheckoutContext, scope: MerchantScope): Promise<Signer[]> {
  const { account, former } = await findAccounts(checkout, scope);
  if (account === undefined) return [];
  return [account, ...former].map((row) => openSigner(checkout, row));
}

async function findAccounts({ db, clock }: CheckoutContext, scope: MerchantScope) {
  if (!isId("mer", scope.merchantId)) return { account: undefined, former: [] };
  const selects = [accountOf(scope), formerAccountsOf(scope, clock.now())] as const;
  const [account, former] = await selectTogether(db.manager, ...selects);
  return { account, former };
}

/**
 * The accounts that may have signed a result under this gateway merchant id: several merchants may share one.
 */
export async function signersNamed(checkout: CheckoutContext, gatewayMerchantId: string): Promise<Signer[]> {
  const { manager } = checkout.db;
  const accounts = await listGatewayAccounts(manager, gatewayMerchantId);
  const former = await listFormerGatewayAccountsNamed(manager, gatewayMerchantId, checkout.clock.now());
  return [...accounts, ...former].map((row) => openSigner(checkout, row));
}

/** A test account as the sandbox gateway needs it. */
export interface TestAccount {
  readonly merchantID: string;
  readonly secret: string;
  readonly restToken: string | undefined;
  readonly merchantName: string;
  readonly countryCode: string;
}

/** The account of a `merchantID`, for the sandbox gateway. Undefined unless it is a test account. */
export async function sandboxAccount(
  checkout: CheckoutContext,
  gatewayMerchantId: string,
): Promise<TestAccount | undefined> {
  const rows = await listGatewayAccounts(checkout.db.manager, gatewayMerchantId);
  const row = rows.find(({ livemode }) => !livemode);
  const merchant = row && (await findMerchant(checkout.db.manager, row.merchantId));
  if (row === undefined || merchant === undefined) return undefined;
  return openTestAccount(checkout, row, merchant.name);
}

/** Every test account, for a sandbox gateway in another process. */
export async function listTestAccounts(
  parts: Pick<CheckoutContext, "db" | "sealer">,
): Promise<TestAccount[]> {
  const names = new Map((await listMerchants(parts.db.manager)).map(({ id, name }) => [id, name]));
  const rows = await listTestGatewayAccounts(parts.db.manager);
  return rows.map((row) => openTestAccount(parts, row, names.get(row.merchantId) ?? ""));
}

type Keys = Pick<CheckoutContext, "sealer">;

function openTestAccount(keys: Keys, row: GatewayAccountRow, merchantName: string): TestAccount {
  const { merchantID, secret } = openSigner(keys, row);
  return {
    merchantID,
    secret,
    restToken: openRestToken(keys, row),
    merchantName,
    countryCode: row.countryCode,
  };
}

function openSigner(
  { sealer }: Keys,
  row: Pick<FormerGatewayAccountRow, "merchantId" | "livemode" | "gatewayMerchantId" | "secretSealed">,
): Signer {
  const { merchantId, livemode, gatewayMerchantId: merchantID, secretSealed } = row;
  const secret = sealer.open(secretSealed, { merchantId, livemode, purpose: "gateway-secret" });
  return { merchantId, livemode, merchantID, secret };
}

function openRestToken({ sealer }: Keys, row: GatewayAccountRow): string | undefined {
  const { merchantId, livemode, restTokenSealed } = row;
  if (restTokenSealed === null) return undefined;
  return sealer.open(restTokenSealed, { merchantId, livemode, purpose: "gateway-rest-token" });
}
