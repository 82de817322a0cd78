import type { CheckoutSessionRow } from "../../db/tables/checkout-sessions.js";
import type { GatewayResultRow } from "../../db/tables/gateway-results.js";
import { type PaymentMethodRow, renewToken } from "../../db/tables/payment-methods.js";
import type { Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { savesCard } from "../../domain/saved-cards/card-choice.js";
import type { AllowRedisplay } from "../../domain/saved-cards/offered-card.js";
import { keepsCard } from "../../domain/session.js";
import type { CheckoutContext } from "../context.js";

/** A result, and what is stored of it. */
interface ResultWithCard {
  readonly result: GatewayResult;
  readonly stored: Pick<GatewayResultRow, "xrefSealed">;
}

/** Null where this service did not make the reference. */
export function attemptOf({ transactionUnique }: GatewayResult): number | null {
  return parseAttemptReference(transactionUnique)?.attempt ?? null;
}

/** Replaces the token of a saved card: the gateway keeps it for thirteen months after the newest payment with it. */
export async function updateCard(
  tx: Tx,
  id: string,
  { xrefSealed }: Pick<GatewayResultRow, "xrefSealed">,
  xrefMadeAt: number,
): Promise<void> {
  if (xrefSealed !== null) await renewToken(tx, id, { xrefSealed, xrefMadeAt });
}

/**
 * The card that has paid a session, as a new payment method. Field by field: with spreads, V8 makes a hash table of so
 * many fields, which is ten times as slow.
 */
export function cardRow(
  checkout: CheckoutContext,
  session: CheckoutSessionRow,
  { result, stored }: ResultWithCard,
  { id, customerId, createdAt }: Pick<PaymentMethodRow, "id" | "customerId" | "createdAt">,
): PaymentMethodRow {
  const card = cardToStore(checkout, session, result);
  return {
    id,
    merchantId: session.merchantId,
    livemode: session.livemode,
    customerId,
    type: "card",
    brand: card.brand,
    last4: card.last4,
    expMonth: card.expMonth,
    expYear: card.expYear,
    funding: card.funding,
    country: card.country,
    fingerprint: card.fingerprint,
    billingSealed: card.billingSealed,
    xrefSealed: stored.xrefSealed,
    xrefMadeAt: null,
    reusable: keepsCard(session),
    allowRedisplay: redisplayOf(session, result),
    metadata: null,
    createdAt,
  };
}

function redisplayOf(session: CheckoutSessionRow, result: GatewayResult): AllowRedisplay | null {
  if (!keepsCard(session)) return null;
  const attempt = attemptOf(result);
  return attempt !== null && savesCard(session, attempt) ? "always" : "limited";
}

/** A result's card as it is stored: billing details only sealed, and the card's look only as a hash. */
function cardToStore(
  { sealer }: CheckoutContext,
  { merchantId, livemode }: MerchantScope,
  { card, cardLook, billing }: GatewayResult,
): Pick<PaymentMethodRow, "fingerprint" | "billingSealed" | keyof GatewayResult["card"]> {
  const scope = { merchantId, livemode };
  return {
    ...card,
    fingerprint:
      cardLook === null ? null : sealer.fingerprint(cardLook, { ...scope, purpose: "card-fingerprint" }),
    billingSealed:
      billing === null
        ? null
        : sealer.seal(JSON.stringify(billing), { ...scope, purpose: "billing-details" }),
  };
}
