/** The status of a payment, in the API's words. */
export type PaymentIntentStatus =
  "processing" | "succeeded" | "requires_payment_method" | "requires_confirmation" | "canceled";

/** Why a merchant gives a payment up, in the API's words. */
export type CancellationReason = "duplicate" | "fraudulent" | "requested_by_customer" | "abandoned";

/** Every legal move; all others are impossible. */
const MOVES: Record<PaymentIntentStatus, readonly PaymentIntentStatus[]> = {
  processing: ["succeeded", "requires_payment_method"],
  // A charge that counted as failed may still turn out a success: the money has moved, and the record
  // follows.
  requires_payment_method: ["processing", "canceled", "succeeded"],
  requires_confirmation: ["processing", "canceled"],
  succeeded: [],
  canceled: [],
};

/** True where a payment may go from `from` to `to`. */
export function mayMovePayment(from: PaymentIntentStatus, to: PaymentIntentStatus): boolean {
  return MOVES[from].includes(to);
}

/** A payment. Null means absent, or not yet. */
export interface PaymentIntent {
  readonly id: string;
  readonly merchantId: string;
  readonly livemode: boolean;
  /** Null if a stored card was charged without a session. */
  readonly sessionId: string | null;
  readonly status: PaymentIntentStatus;
  /** The amount to charge, in minor units of `currency`. */
  readonly amount: number;
  /** The amounts received and refunded, in minor units. */
  readonly amountReceived: number;
  readonly amountRefunded: number;
  /** Three letters of ISO 4217 in lower case. */
  readonly currency: string;
  readonly customerId: string | null;
  readonly paymentMethodId: string | null;
  /** The newest result that decided, about the latest charge. Null before there is one. */
  readonly gatewayResultId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** What it is for, in the merchant's words. */
  readonly description: string | null;
  /** What the card's statement is to say of it. */
  readonly statementDescriptor: string | null;
  /** Where the gateway sends a receipt of it. */
  readonly receiptEmail: string | null;
  readonly createdAt: number;
  /** Number of the newest direct charge; 0 before the first, and for the payment of a session. */
  readonly attempt: number;
  readonly canceledAt: number | null;
  readonly cancellationReason: CancellationReason | null;
}
