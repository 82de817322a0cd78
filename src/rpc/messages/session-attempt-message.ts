import { create } from "@bufbuild/protobuf";

import {
  type CheckoutSessionAttempt,
  CheckoutSessionAttemptOutcome,
  CheckoutSessionAttemptSchema,
} from "../../../gen/calmonypay/v1/checkout_session_pb.js";
import type { SessionAttempt, SessionAttemptOutcome } from "../../checkout/sessions/list-attempts.js";
import { currencyOfGateway } from "../../domain/money.js";
import { toSeconds } from "../../lib/clock.js";
import { omitNulls } from "../../lib/omit-nulls.js";

/** Converts one try to pay a session to its message. */
export function sessionAttemptMessage(attempt: SessionAttempt): CheckoutSessionAttempt {
  const { result, outcome, charge, card } = attempt;
  return create(CheckoutSessionAttemptSchema, {
    id: result.id,
    object: "checkout.session.attempt",
    checkoutSession: result.sessionId ?? "",
    created: BigInt(toSeconds(result.receivedAt)),
    outcome: OUTCOMES[outcome],
    ...omitNulls({
      attemptNumber: bigOrNull(result.attempt),
      declineCode: outcome === "declined" ? charge.declineCode : null,
      message: charge.message,
      amountReceived: bigOrNull(result.amountReceived),
      currency: currencyOfGateway(result.currencyCode)?.code ?? null,
      cardBrand: card.brand,
      cardLast4: card.last4,
      gatewayTransaction: /^transaction:(.+)$/.exec(result.transactionKey)?.[1] ?? null,
    }),
  });
}

/** The path of the list of a session's attempts. */
export function attemptsUrl(sessionId: string): string {
  return `/v1/checkout/sessions/${sessionId}/attempts`;
}

function bigOrNull(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

const OUTCOMES: Record<SessionAttemptOutcome, CheckoutSessionAttemptOutcome> = {
  succeeded: CheckoutSessionAttemptOutcome.SUCCEEDED,
  declined: CheckoutSessionAttemptOutcome.DECLINED,
  canceled: CheckoutSessionAttemptOutcome.CANCELED,
  unknown: CheckoutSessionAttemptOutcome.UNKNOWN,
  held: CheckoutSessionAttemptOutcome.HELD,
  accept: CheckoutSessionAttemptOutcome.ACCEPTED,
  return: CheckoutSessionAttemptOutcome.RETURNED,
  dismiss: CheckoutSessionAttemptOutcome.DISMISSED,
};
