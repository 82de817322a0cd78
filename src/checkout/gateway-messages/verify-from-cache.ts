import { type Field, fieldText } from "../../cardstream/fields.js";
import { parseAttemptReference } from "../../domain/attempt-reference.js";
import type { CheckoutContext } from "../context.js";
import type { GatewayMessage } from "./gateway-message.js";
import { cachedSignersNamed } from "./signing-account-cache.js";
import { verifyBy, type VerifiedMessage } from "./verify-message.js";

/**
 * Verifies a message about a session by the account that it names, as of a second ago at most, without
 * reading the session: one round trip fewer for a merchant with many payments.
 *
 * The session is assumed to be that merchant's, which the transaction that locks it has to check. Undefined
 * if the cache does not show who signed the message: then `verifyMessage` decides.
 */
export function verifyFromCache(
  checkout: CheckoutContext,
  fields: readonly Field[],
  { pathSessionId }: GatewayMessage,
): VerifiedMessage | undefined {
  const reference = parseAttemptReference(fieldText(fields, "transactionUnique"));
  if (reference?.kind !== "session") return undefined;
  if (pathSessionId !== undefined && pathSessionId !== reference.targetId) return undefined;
  const signers = cachedSignersNamed(checkout, fieldText(fields, "merchantID"));
  const [signer] = signers; // Any of them: they are all of one merchant.
  const result = verifyBy(fields, signers);
  if (signer === undefined || typeof result === "string") return undefined;
  const scope = { merchantId: signer.merchantId, livemode: signer.livemode };
  return { result, scope, target: { session: { id: reference.targetId, ...scope } } };
}
