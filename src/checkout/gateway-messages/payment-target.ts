import { type CheckoutSessionRow, findCheckoutSession } from "../../db/tables/checkout-sessions.js";
import type { Database } from "../../db/engine/database.js";
import { findPaymentIntent, type PaymentIntentRow } from "../../db/tables/payment-intents.js";
import type { AttemptReference } from "../../domain/attempt-reference.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";

/** What an attempt to take money is made for: a session, or a direct charge's payment intent. Exactly one is there. */
export type PaymentTarget =
  | { readonly session: CheckoutSessionRow; readonly intent?: undefined }
  | { readonly session?: undefined; readonly intent: PaymentIntentRow };

/** What a message is about, where of a session no more has to be known than whose it is. */
export type MessageTarget =
  | { readonly session: MerchantScope & { readonly id: string }; readonly intent?: undefined }
  | { readonly session?: undefined; readonly intent: PaymentIntentRow };

/** The subject that a reference names. Undefined where there is none: then it was not of our making. */
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

/** True once its money is in. */
export function isPaid(target: PaymentTarget | undefined): boolean {
  return target?.session?.status === "complete" || target?.intent?.status === "succeeded";
}
