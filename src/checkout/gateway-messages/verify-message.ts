import { type Field, fieldText } from "../../cardstream/fields.js";
import { verifyResult } from "../../cardstream/result.js";
import { isSigned } from "../../cardstream/signature.js";
import type { HeldPaymentRow } from "../../db/tables/held-payments.js";
import type { RefundRow } from "../../db/tables/refunds.js";
import { parseAttemptReference } from "../../domain/attempt-reference.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";
import type { GatewayMessage } from "./gateway-message.js";
import { type Signer, signersNamed } from "../merchants/gateway-account.js";
import { lookUpSigners, cachedSigners } from "./signing-account-cache.js";
import { findReversal, type FoundReversal } from "./find-reversal.js";
import { findPaymentTarget, type MessageTarget } from "./payment-target.js";

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
  { pathSessionId }: GatewayMessage,
): Promise<VerifiedMessage | RefusedMessage> {
  const name = fieldText(fields, "transactionUnique");
  const target = await findPaymentTarget(checkout, parseAttemptReference(name));
  const reversal = target === undefined ? await findReversal(checkout, name) : {};
  const scope = target?.session ?? target?.intent ?? reversal.refund ?? reversal.returned;
  if (scope === undefined) return await verifyWithoutOwner(checkout, fields);
  if (pathSessionId !== undefined && pathSessionId !== target?.session?.id)
    return "another session's return page";
  const result = await verifyFor(checkout, fields, scope);
  return typeof result === "string" ? result : { result, scope: scopeOf(scope), target, ...reversal };
}

async function verifyFor(
  checkout: CheckoutContext,
  fields: readonly Field[],
  scope: MerchantScope,
): Promise<GatewayResult | RefusedMessage> {
  const lately = cachedSigners(checkout, scope);
  const result = lately && verifyBy(fields, lately);
  // A secret may have been rotated within this second.
  if (result !== undefined && typeof result !== "string") return result;
  return verifyBy(fields, await lookUpSigners(checkout, scope));
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
