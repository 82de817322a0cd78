import type { GatewayResultRow } from "../../db/tables/gateway-results.js";
import { type LeasedSale, releaseSale } from "../../db/tables/sale-leases.js";
import { inTransaction } from "../../db/transaction.js";
import type { Classification } from "../../domain/classification.js";
import type { RequestedReversal, Wanted } from "../../domain/reversal-step.js";
import type { NamedSale } from "../../domain/reversal-classification.js";
import type { CheckoutContext } from "../context.js";
import { type OpenGatewayAccount, openGatewayAccount } from "../merchants/gateway-account.js";
import { storedXref } from "../gateway-messages/stored-message.js";
import type { ReversalMessage } from "../gateway-messages/store-reversal-message.js";

/** A sale whose money goes back, as the gateway knows it. */
export interface ReversibleSale extends NamedSale {
  readonly account: OpenGatewayAccount & { readonly gatewayUrl: string };
  /** What was received by it, in minor units; null where nobody knows. */
  readonly received: number | null;
}

/** Money that goes back: a refund's, or all of a held payment's. Whoever works on it has claimed the sale. */
export interface Reversal {
  readonly work: "refund" | "return";
  /** Ours. Names the refund at the gateway, where that is a transaction of its own. */
  readonly id: string;
  readonly sale: ReversibleSale;
  readonly wanted: Wanted;
  /** The sale's: three letters of ISO 4217 in lower case; null where nobody knows. */
  readonly currency: string | null;
  /** What the gateway was told for this before, and never answered. */
  readonly requested: RequestedReversal | null;
  /** True where what the gateway has surely not done may be told again. */
  readonly mayTellAgain: boolean;
  /**
   * Writes down what the gateway is told next, or (null) that it has refused that for good. Throws where the claim is
   * somebody else's by now: then nothing is sent.
   */
  note(this: void, requested: RequestedReversal | null): Promise<void>;
  /** Records what the gateway says, and tells what that means. `told` is what it was told before it said so. */
  hear(this: void, message: ReversalMessage, requested: RequestedReversal): Promise<Classification>;
}

/**
 * Twice as long as the gateway may take for all that it is asked. Whoever takes longer has written down what
 * he told.
 */
export const LEASE_MS = 60_000;

/** Gives up a claim. Fails silently: the caller is to hear of what came before, and the claim ends by itself. */
export async function release(
  checkout: CheckoutContext,
  transaction: LeasedSale,
  lease: string,
): Promise<void> {
  try {
    await inTransaction(checkout.db, "READ COMMITTED", (tx) => releaseSale(tx, transaction, lease));
  } catch (error) {
    checkout.log.warn({ err: error, lease }, "a claim could not be released");
  }
}

/** The sale that a stored result tells of. Undefined where the gateway cannot be asked about it. */
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

/** The names of the sale that a stored result tells of. */
export function namedSale(checkout: CheckoutContext, row: GatewayResultRow): NamedSale {
  const { transactionKey, amount } = row;
  return { xref: storedXref(checkout, row) ?? "", transactionKey, amount };
}
