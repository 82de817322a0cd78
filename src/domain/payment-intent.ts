/** Where a payment stands, in the merchants' words. */
export type PaymentIntentStatus = "processing" | "succeeded" | "requires_payment_method" | "canceled";

/** Every legal move. What is not listed cannot happen. */
const MOVES: Record<PaymentIntentStatus, readonly PaymentIntentStatus[]> = {
  processing: ["succeeded", "requires_payment_method"],
  // A success may yet come of a charge that was taken for failed: the money has moved, and the record says so.
  requires_payment_method: ["processing", "canceled", "succeeded"],
  succeeded: [],
  canceled: [],
};

/** True where a payment may go from `from` to `to`. */
export function mayMovePayment(from: PaymentIntentStatus, to: PaymentIntentStatus): boolean {
  return MOVES[from].includes(to);
}

/** A payment as the use cases hand it around. Null: not there, or not yet. */
export interface PaymentIntent {
  readonly id: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  /** Null where a stored card was charged without a session. */
  readonly sessionId: string | null;
  readonly status: PaymentIntentStatus;
  /** What is to be taken, in minor units of `currency`. */
  readonly amount: number;
  /** What was received and what of it was given back, in minor units. */
  readonly amountReceived: number;
  readonly amountRefunded: number;
  /** Three letters of ISO 4217 in lower case. */
  readonly currency: string;
  readonly customerId: string | null;
  readonly paymentMethodId: string | null;
  /** The newest result that decided: it tells of the latest charge. Null before there is one. */
  readonly gatewayResultId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
}
