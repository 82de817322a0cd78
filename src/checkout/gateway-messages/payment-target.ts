import { type CheckoutSessionRow, findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import type { Database } from "../../db/engine/database.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { AttemptReference } from "../../domain/attempt-reference.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";

/** The target of an attempt: a session, or the payment intent of a direct charge. Exactly one is set. */
export type PaymentTarget =
  | { readonly session: CheckoutSessionRow; readonly intent?: undefined }
  | { readonly session?: undefined; readonly intent: PaymentIntentRow };

/** The target of a message; of a session only its merchant scope need be known. */
export type MessageTarget =
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

/** True once the target has been paid. */
export function isPaid(target: PaymentTarget | undefined): boolean {
  return target?.session?.status === "complete" || target?.intent?.status === "succeeded";
}
