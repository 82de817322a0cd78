import { type Field, fieldText } from "../../cardstream/fields.js";
import { verifyResult, isSigned } from "../../cardstream/signed-message.js";
import type { Database } from "../../db/engine/database.js";
import { type CheckoutSessionRow, findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import { type HeldPaymentRow, findHeldPayment } from "../../db/tables/held-payments.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { type RefundRow, findRefund } from "../../db/tables/refunds.js";
import { parseAttemptReference, type AttemptReference } from "../../domain/attempt.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { wasApproved } from "../../domain/payment-intent.js";
import { reversalNamed } from "../../domain/refund.js";
import { type Cache, createCache } from "../../lib/cache.js";
import { memoize } from "../../lib/memoize.js";
import type { CheckoutContext } from "../context.js";
import { type Signer, signersFor, signersNamed } from "../merchants/gateway-account.js";
import type { GatewayMessage } from "./gateway-message.js";

/** A message that is signed in full, with its merchant and its target. */
export interface VerifiedMessage {
  readonly result: GatewayResult;
  /** The merchant whose account signed it. */
  readonly scope: MerchantScope;
  /** The target. Undefined if no target has its `transactionUnique`. */
  readonly target: MessageTarget | undefined;
  /** The refund that it is about, if any. */
  readonly refund?: RefundRow | undefined;
  /** The held payment whose reversal it is about, if any. */
  readonly returned?: HeldPaymentRow | undefined;
}

/** Why a message is refused, for the log. */
export type RefusedMessage =
  | "malformed"
  | "no such account"
  | "bad signature"
  | "another account's merchantID"
  | "another session's return page";

/**
 * Finds the merchant of a message, and verifies that its account signed the message.
 *
 * The merchant follows from `transactionUnique` alone, and decides which secrets count: a valid signature of
 * another account is not accepted. The session in the address that a browser posted to only decides where the
 * browser goes; if it is not the message's own, the message is refused.
 */
export async function verifyMessage(
  checkout: CheckoutContext,
  fields: readonly Field[],
  { pathTargetId }: GatewayMessage,
): Promise<VerifiedMessage | RefusedMessage> {
  const name = fieldText(fields, "transactionUnique");
  const target = await findPaymentTarget(checkout, parseAttemptReference(name));
  const reversal = target === undefined ? await findReversal(checkout, name) : {};
  const scope = target?.session ?? target?.intent ?? reversal.refund ?? reversal.returned;
  if (scope === undefined) return await verifyWithoutOwner(checkout, fields);
  if (pathTargetId !== undefined && pathTargetId !== (target?.session ?? target?.intent)?.id)
    return "another session's return page";
  const result = await verifyFor(checkout, fields, scope);
  return typeof result === "string" ? result : { result, scope: scopeOf(scope), target, ...reversal };
}

async function verifyFor(
  checkout: CheckoutContext,
  fields: readonly Field[],
  scope: MerchantScope,
): Promise<GatewayResult | RefusedMessage> {
  const cached = cachedSigners(checkout, scope);
  const result = cached && verifyBy(fields, cached);
  // A secret may have been rotated within this second.
  if (result !== undefined && typeof result !== "string") return result;
  return verifyBy(fields, await lookUpSigners(checkout, scope));
}

/** A rotated secret is accepted for another 48 hours anyway; a second more changes nothing. */
const CACHED_MS = 1000;

/** The number of merchants with payments within one second. */
const CACHED_MAX = 1000;

interface CachedSigners {
  readonly signers: readonly Signer[];
  /** By the service's clock, which a test may move. */
  readonly clockThen: number;
}

interface Caches {
  /** By merchant scope. */
  readonly signers: Cache<string, CachedSigners>;
  /** By the account's id at the gateway: if several merchants share one, the scope that was looked up last. */
  readonly scopes: Cache<string, MerchantScope>;
}

const cachesOf = memoize<Database, Caches>(() => ({
  signers: createCache({ max: CACHED_MAX, keptMs: CACHED_MS }),
  scopes: createCache({ max: CACHED_MAX }),
}));

/**
 * The accounts that may have signed a result for this merchant, as of a second ago at most; undefined if they
 * were not looked up since. There may be more by now: if none of them signed a message, `lookUpSigners`
 * decides.
 */
function cachedSigners({ db, clock }: CheckoutContext, scope: MerchantScope): readonly Signer[] | undefined {
  const cached = cachesOf(db).signers.get(keyOf(scope));
  if (cached === undefined || Math.abs(clock.now() - cached.clockThen) >= CACHED_MS) return undefined;
  return cached.signers;
}

/** The cached accounts of a merchant with this `merchantID`; other merchants may share it. */
export function cachedSignersNamed(checkout: CheckoutContext, merchantID: string): readonly Signer[] {
  const scope = cachesOf(checkout.db).scopes.get(merchantID);
  return (scope && cachedSigners(checkout, scope)) ?? [];
}

/** The accounts that may have signed a result for this merchant now. */
async function lookUpSigners(checkout: CheckoutContext, scope: MerchantScope): Promise<readonly Signer[]> {
  const caches = cachesOf(checkout.db);
  const [start, clockThen] = [caches.signers.perf.now(), checkout.clock.now()];
  const signers = await signersFor(checkout, scope);
  caches.signers.set(keyOf(scope), { signers, clockThen }, { start });
  for (const signer of signers) caches.scopes.set(signer.merchantID, scopeOf(signer));
  return signers;
}

function keyOf({ merchantId, livemode }: MerchantScope): string {
  return `${merchantId} ${livemode}`;
}

/** Verifies the message against the secrets of these signers. */
export function verifyBy(
  fields: readonly Field[],
  signers: readonly Signer[],
): GatewayResult | RefusedMessage {
  if (signers.length === 0) return "no such account";
  const named = signers.filter(({ merchantID }) => merchantID === fieldText(fields, "merchantID"));
  if (named.length === 0) return "another account's merchantID";
  return verifyResult(fields, named.map(secretOf)) ?? "bad signature";
}

/** Several merchants may share a gateway account: the message belongs to the first whose secret fits. */
async function verifyWithoutOwner(
  checkout: CheckoutContext,
  fields: readonly Field[],
): Promise<VerifiedMessage | RefusedMessage> {
  const signers = await signersNamed(checkout, fieldText(fields, "merchantID"));
  if (signers.length === 0) return "no such account";
  const result = verifyResult(fields, signers.map(secretOf));
  // Checked one by one only now: any sender can post a message that none of them has signed.
  const scope = result && signers.find(({ secret }) => isSigned(fields, [secret]));
  if (result === undefined || scope === undefined) return "bad signature";
  return {
    result,
    scope: scopeOf(scope),
    target: undefined,
    ...(await findByOrder(checkout, result, scope)),
  };
}

/**
 * The target that a message with an unknown `transactionUnique` names by its `orderRef`, once its signer is
 * known.
 */
async function findByOrder(
  checkout: CheckoutContext,
  { orderRef }: GatewayResult,
  { merchantId, livemode }: MerchantScope,
): Promise<FoundReversal> {
  const found = await findReversal(checkout, orderRef);
  const scope = found.refund ?? found.returned;
  return scope?.merchantId === merchantId && scope.livemode === livemode ? found : {};
}

function secretOf({ secret }: Signer): string {
  return secret;
}

function scopeOf({ merchantId, livemode }: MerchantScope): MerchantScope {
  return { merchantId, livemode };
}

/** The target of an attempt: a session, or the payment intent of a direct charge. Exactly one is set. */
export type PaymentTarget =
  | { readonly session: CheckoutSessionRow; readonly intent?: undefined }
  | { readonly session?: undefined; readonly intent: PaymentIntentRow };

/** The target of a message; of a session only its merchant scope need be known. */
type MessageTarget =
  | { readonly session: MerchantScope & { readonly id: string }; readonly intent?: undefined }
  | { readonly session?: undefined; readonly intent: PaymentIntentRow };

/**
 * The target that a reference names. Undefined if there is none: then this service did not make the
 * reference.
 */
export async function findPaymentTarget(
  { db }: { readonly db: Pick<Database, "manager"> },
  reference: AttemptReference | undefined,
): Promise<PaymentTarget | undefined> {
  if (reference?.kind === "session") {
    const session = await findCheckoutSession(db.manager, reference.targetId);
    return session && { session };
  }
  const intent = reference && (await findPaymentIntent(db.manager, reference.targetId));
  return intent && { intent };
}

/** True once the target has been paid, or its payment is authorized. */
export function isPaid(target: PaymentTarget | undefined): boolean {
  if (target?.session !== undefined) return target.session.status === "complete";
  return target !== undefined && wasApproved(target.intent);
}

/**
 * The refund, or the held payment being reversed, that a reference at the gateway names; both are undefined
 * if there is none.
 */
interface FoundReversal {
  readonly refund?: RefundRow | undefined;
  readonly returned?: HeldPaymentRow | undefined;
}

/** Finds the reversal that a reference at the gateway names, of any merchant. */
export async function findReversal(
  { db }: { readonly db: Pick<Database, "manager"> },
  reference: string,
): Promise<FoundReversal> {
  const kind = reversalNamed(reference);
  if (kind === undefined) return {};
  if (kind === "refund") return { refund: await findRefund(db.manager, reference) };
  return { returned: await findHeldPayment(db.manager, reference) };
}
