import { type Field, fieldText } from "../../cardstream/fields.js";
import { parseAttemptReference } from "../../domain/attempt-reference.js";
import type { CheckoutContext } from "../context.js";
import type { GatewayMessage } from "./gateway-message.js";
import { cachedSignersNamed } from "./signing-account-cache.js";
import { verifyBy, type VerifiedMessage } from "./verify-message.js";

/**
 * Verifies a message about a session by the account that it names, as that was a second ago at most, without
 * a look at the session: a round trip less for a merchant whose payments come close together.
 *
 * The session is taken for that account's owner's, which whoever locks it has to see. Undefined where all
 * this does not say who signed the message: then `verifyMessage` decides.
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
  const [signer] = signers; // Whichever of them signed it: they are one owner's.
  const result = verifyBy(fields, signers);
  if (signer === undefined || typeof result === "string") return undefined;
  const scope = { merchantId: signer.merchantId, livemode: signer.livemode };
  return { result, scope, target: { session: { id: reference.targetId, ...scope } } };
}
