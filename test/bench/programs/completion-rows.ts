import type { GatewayResult } from "../../../src/domain/gateway-result.js";
import { newId } from "../../../src/lib/ids.js";
import type { Sealer } from "../../../src/lib/seal.js";

/** The owner and the amount of a session that is paid. */
export interface PaidSession {
  readonly id: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  readonly amount: number;
  readonly currency: string;
  /** The row as it was read: events keep their object. */
  readonly row: object;
}

/** The rows that a completion writes, by their columns: the same that the service writes. */
export function completionRows(session: PaidSession, result: GatewayResult, message: string, sealer: Sealer) {
  const now = Date.now();
  const { merchantId, livemode } = session;
  const owner = { merchant_id: merchantId, livemode: livemode ? 1 : 0 };
  const scope = { merchantId, livemode };
  const xref_sealed = sealer.seal(result.xref, { ...scope, purpose: "xref" });
  const [resultId, methodId, intentId] = [newId("gr", now), newId("pm", now), newId("pi", now)];
  const intent = {
    id: intentId,
    ...owner,
    session_id: session.id,
    status: "succeeded",
    amount: session.amount,
    currency: session.currency,
    amount_received: session.amount,
    amount_refunded: 0,
    payment_method_id: methodId,
    gateway_result_id: resultId,
    attempt: 0,
    off_session: 0,
    metadata: "{}",
    created_at: now,
  };
  const change = sessionChange(now, result.transactionKey, intentId, methodId);
  return {
    result: {
      id: resultId,
      ...owner,
      session_id: session.id,
      attempt: 1,
      transaction_key: result.transactionKey,
      outcome: "completed",
      response_code: result.responseCode,
      response_status: result.responseStatus,
      amount: result.amount,
      amount_received: result.amountReceived,
      currency_code: result.currencyCode,
      state: result.state,
      via: "callback",
      xref_sealed,
      message_sealed: sealer.seal(message, { ...scope, purpose: "gateway-message" }),
      received_at: now,
    },
    method: {
      id: methodId,
      ...owner,
      type: "card",
      brand: result.card.brand,
      last4: result.card.last4,
      exp_month: result.card.expMonth,
      exp_year: result.card.expYear,
      funding: result.card.funding,
      country: result.card.country,
      fingerprint: sealer.fingerprint(result.cardLook ?? "", { ...scope, purpose: "card-fingerprint" }),
      billing_sealed: sealer.seal(JSON.stringify(result.billing), { ...scope, purpose: "billing-details" }),
      xref_sealed,
      reusable: 0,
      created_at: now,
    },
    intent,
    events: [
      newEvent(owner, "payment_intent.created", intentId, intent, now),
      newEvent(owner, "payment_intent.succeeded", intentId, intent, now),
      newEvent(owner, "checkout.session.completed", session.id, { ...session.row, ...change }, now),
    ],
    session: change,
  };
}

function sessionChange(
  now: number,
  completed_by: string,
  payment_intent_id: string,
  payment_method_id: string,
) {
  return {
    completed_at: now,
    completed_late: 0,
    completed_by,
    payment_intent_id,
    payment_method_id,
    status: "complete",
  };
}

/** Its columns in the order in which the peers name them. */
function newEvent(owner: object, type: string, object_id: string, object: object, created_at: number) {
  return {
    id: newId("evt", created_at),
    ...owner,
    type,
    object_id,
    object: JSON.stringify(object),
    created_at,
  };
}
