import type { GatewayResultRow } from "../../db/tables/gateway-results.js";
import { type LeasedSale, releaseSale } from "../../db/tables/sale-leases.js";
import { inTransaction } from "../../db/transaction.js";
import type { Classification } from "../../domain/classification.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { RequestedReversal, Wanted } from "../../domain/reversal-step.js";
import type { NamedSale } from "../../domain/reversal-classification.js";
import type { CheckoutContext } from "../context.js";
import { type OpenGatewayAccount, openGatewayAccount } from "../merchants/gateway-account.js";
import { storedXref } from "../gateway-messages/stored-message.js";
import type { ReversalMessage } from "../gateway-messages/store-reversal-message.js";

/** A sale to reverse, as the gateway knows it. */
export interface ReversibleSale extends NamedSale {
  readonly account: OpenGatewayAccount & { readonly gatewayUrl: string };
  /** The amount that it received, in minor units; null if unknown. */
  readonly received: number | null;
}

/**
 * A reversal: of a refund's amount, or of all of a held payment. The call that carries it out has leased the
 * sale.
 */
export interface Reversal {
  readonly work: "refund" | "return";
  /**
   * This service's id. It is the refund's reference at the gateway, if the refund is a transaction of its
   * own.
   */
  readonly id: string;
  readonly sale: ReversibleSale;
  readonly wanted: Wanted;
  /** The sale's currency: three letters of ISO 4217 in lower case; null if unknown. */
  readonly currency: string | null;
  /** The request sent to the gateway before, whose outcome is unknown. */
  readonly requested: RequestedReversal | null;
  /** True if a request that the gateway has certainly not carried out may be sent again. */
  readonly mayTellAgain: boolean;
  /**
   * Records the request to be sent next, or (null) that the gateway has refused it for good. Throws if
   * another call holds the lease by now: then nothing is sent. `reported` is the sale as the gateway reports it.
   */
  note(this: void, requested: RequestedReversal | null, reported: GatewayResult | undefined): Promise<void>;
  /**
   * Records a gateway message, and returns its classification. `requested` is the request that it follows.
   */
  hear(this: void, message: ReversalMessage, requested: RequestedReversal): Promise<Classification>;
}

/** Twice as long as all calls to the gateway may take. A call that takes longer has recorded its requests. */
export const LEASE_MS = 60_000;

/**
 * Releases a lease. Fails silently: the caller should see the error before it, and the lease expires by
 * itself.
 */
export async function release(
  checkout: CheckoutContext,
  transaction: LeasedSale,
  lease: string,
): Promise<void> {
  try {
    await inTransaction(checkout.db, "READ COMMITTED", (tx) => releaseSale(tx, transaction, lease));
  } catch (error) {
    checkout.log.warn({ err: error, lease }, "a lease could not be released");
  }
}

/** The sale of a stored result. Undefined if the gateway cannot be asked about it. */
export async function openSale(
  checkout: CheckoutContext,
  row: GatewayResultRow,
): Promise<ReversibleSale | undefined> {
  const account = await openGatewayAccount(checkout, row);
  const xref = storedXref(checkout, row);
  if (account === undefined || xref === undefined) return undefined;
  const { gatewayUrl, sandboxUrl } = checkout.addresses;
  const opened = { ...account, gatewayUrl: row.livemode ? gatewayUrl : sandboxUrl };
  return { ...namedSale(checkout, row), account: opened, received: row.amountReceived };
}

/** The identifiers of a stored result's sale. */
export function namedSale(checkout: CheckoutContext, row: GatewayResultRow): NamedSale {
  const { transactionKey, amount } = row;
  return { xref: storedXref(checkout, row) ?? "", transactionKey, amount };
}
