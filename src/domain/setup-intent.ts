import { isId } from "../lib/ids.js";
import type { MerchantScope } from "./merchant-scope.js";
import type { Metadata } from "./metadata.js";
import type { CheckoutSession } from "./session.js";

/** A card that a session stores without a payment. */
export interface SetupIntent extends MerchantScope {
  readonly id: string;
  readonly sessionId: string;
  /** Null where the session has no customer yet. */
  readonly customerId: string | null;
  /** Null while no card is stored: all that there were have been declined. */
  readonly paymentMethodId: string | null;
  /** Why the newest card was declined, in Stripe's words. Null once a card is stored. */
  readonly declineCode: string | null;
  readonly description: string | null;
  readonly metadata: Metadata;
  readonly createdAt: number;
}

/**
 * The setup intent of a session in mode `setup`: there is one from its first decline on, or once it is complete. It is
 * not stored: all of it is in the session.
 */
export function setupIntentOf(session: CheckoutSession): SetupIntent | undefined {
  if (session.mode !== "setup") return undefined;
  return session.status === "complete" ? storedCard(session) : declinedCard(session);
}

function storedCard(session: CheckoutSession): SetupIntent | undefined {
  const { customerId, paymentMethodId, completedAt, lastDecline } = session;
  if (customerId === null || paymentMethodId === null || completedAt === null) return undefined;
  const createdAt = lastDecline?.intent?.createdAt ?? completedAt;
  return { ...ofSession(session), customerId, paymentMethodId, declineCode: null, createdAt };
}

function declinedCard(session: CheckoutSession): SetupIntent | undefined {
  const { customerId, lastDecline } = session;
  if (lastDecline?.intent === undefined || lastDecline.intent === null) return undefined;
  const { declineCode, intent } = lastDecline;
  return {
    ...ofSession(session),
    customerId,
    paymentMethodId: null,
    declineCode,
    createdAt: intent.createdAt,
  };
}

function ofSession({ id, merchantId, livemode, options }: CheckoutSession) {
  return {
    id: setupIntentId(id),
    merchantId,
    livemode,
    sessionId: id,
    description: options?.paymentDescription ?? null,
    metadata: options?.paymentMetadata ?? {},
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
