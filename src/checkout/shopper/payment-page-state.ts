import type { EntityManager } from "typeorm";

import { selectTogether } from "../../db/query/select.js";
import { accountOf, type GatewayAccountRow } from "../../db/tables/gateway-accounts.js";
import { findGatewayResults, unresolvedHeldResultOfIntent } from "../../db/tables/gateway-results.js";
import { findMerchant } from "../../db/tables/merchants.js";
import type { PaymentIntentRow } from "../../db/tables/payment-intents.js";
import { pendingAttemptsOf, type PendingOfPage } from "../../db/tables/pending-attempts.js";
import { findShopperStep, type ShopperStepRow } from "../../db/tables/shopper-steps.js";
import { declineCodeOf } from "../../domain/decline-code.js";
import { currencyByCode } from "../../domain/money.js";
import { isNewestInDoubt } from "../../domain/attempt.js";
import { hasPage } from "../../domain/payment-intent.js";
import { type Clock, oneTime } from "../../lib/clock.js";
import type { CheckoutContext } from "../context.js";
import type { PageOrder } from "../sessions/pay-page-state.js";
import { clockAhead } from "../test-clock.js";

/** All that decides what the page of a payment intent shows. */
export interface PaymentPageState {
  readonly intent: PaymentIntentRow;
  /** The newest step of its shopper's, if it belongs to the newest attempt. */
  readonly step: ShopperStepRow | undefined;
  /** The time of the merchant's clock. */
  readonly clock: Clock;
  readonly order: PageOrder;
  /** True while a held result of the payment waits for a person. */
  readonly waitsForPerson: boolean;
  readonly pending: readonly PendingOfPage[];
  readonly account: GatewayAccountRow | undefined;
  /** Why the newest charge was declined, in Stripe's words. Null: it was not. */
  readonly declineCode: string | null;
}

/** Reads what belongs to a payment intent that was read, or locked, before. */
export async function readPaymentPageState(
  checkout: CheckoutContext,
  db: EntityManager,
  intent: PaymentIntentRow,
): Promise<PaymentPageState> {
  const merchant = await findMerchant(db, intent.merchantId);
  const step = await findShopperStep(db, intent.id);
  const [waitsForPerson, pending, account] = await selectTogether(
    db,
    unresolvedHeldResultOfIntent(intent.id),
    pendingAttemptsOf(intent.id),
    accountOf(intent),
  );
  return {
    intent,
    step: step?.attempt === intent.attempt ? step : undefined,
    clock: oneTime(clockAhead(checkout, intent, merchant?.testClockAhead ?? 0)),
    order: orderOf(intent, merchant?.name ?? ""),
    waitsForPerson,
    pending,
    account,
    declineCode: await declineCodeFor(db, intent),
  };
}

/** A form that is out belongs to a new charge, which was not declined. */
async function declineCodeFor(db: EntityManager, intent: PaymentIntentRow): Promise<string | null> {
  if (intent.status !== "requires_payment_method" || intent.gatewayResultId === null) return null;
  const [result] = await findGatewayResults(db, [intent.gatewayResultId]);
  return result === undefined ? null : declineCodeOf(result.responseCode ?? 0);
}

function orderOf(intent: PaymentIntentRow, shop: string): PageOrder {
  const currency = currencyByCode(intent.currency);
  if (currency === undefined) throw new Error(`Payment ${intent.id} has an unknown currency.`);
  const { livemode, amount, description, id } = intent;
  const reference = description ?? id;
  return { shop, livemode, storesOnly: false, amount, currency, items: [], reference, locale: null };
}

/**
 * What the shopper can do for a payment: pay it with a card of their choice, authenticate with the card's issuer, or
 * nothing for now, since it may be paid already.
 */
export function stepOf(state: PaymentPageState): "form" | "challenge" | "wait" | "nothing" {
  const { intent, step, pending, clock } = state;
  if (hasPage(intent)) return "form";
  if (intent.status === "processing") return "wait";
  if (intent.status !== "requires_action") return "nothing";
  // Once its time is over, or the gateway has said something of it, only the gateway knows.
  const isOpen = step !== undefined && step.kind !== "answered" && clock.now() < step.endsAt;
  if (!isOpen || (step.kind === "form" && isNewestInDoubt(intent, pending))) return "wait";
  return step.kind === "form" ? "form" : "challenge";
}

/** The number of the attempt that a form of the page belongs to: the one that is out, or the next. */
export function attemptOfForm({ intent, step }: PaymentPageState): number {
  const isOut = intent.status === "requires_action" && step?.kind === "form";
  return isOut ? intent.attempt : intent.attempt + 1;
}
