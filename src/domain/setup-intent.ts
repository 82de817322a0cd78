import { isId } from "../lib/ids.js";
import type { MerchantScope } from "./merchant-scope.js";
import type { Metadata } from "./metadata.js";
import type { CheckoutSession } from "./session.js";

/** A card that a session stored without a payment. */
export interface SetupIntent extends MerchantScope {
  readonly id: string;
  readonly sessionId: string;
  readonly customerId: string;
  readonly paymentMethodId: string;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly createdAt: number;
}

/**
 * The setup intent of a session. Undefined unless it is a completed one in mode `setup`. It is not stored: all of it is
 * in the session, which never changes in this any more.
 */
export function setupIntentOf(session: CheckoutSession): SetupIntent | undefined {
  const { mode, status, customerId, paymentMethodId, completedAt, options } = session;
  if (mode !== "setup" || status !== "complete") return undefined;
  if (customerId === null || paymentMethodId === null || completedAt === null) return undefined;
  return {
    id: setupIntentId(session.id),
    merchantId: session.merchantId,
    livemode: session.livemode,
    sessionId: session.id,
    customerId,
    paymentMethodId,
    description: options?.paymentDescription ?? null,
    metadata: options?.paymentMetadata ?? {},
    createdAt: completedAt,
  };
}

/** The id of a session's setup intent: the session's own, with another prefix. */
export function setupIntentId(sessionId: string): string {
  return sessionId.replace(/^cs_/, "seti_");
}

/** The id of the session whose setup intent would have this id. Undefined where none can. */
export function sessionIdOf(setupIntentId: string): string | undefined {
  return isId("seti", setupIntentId) ? setupIntentId.replace(/^seti_/, "cs_") : undefined;
}
