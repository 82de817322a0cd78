import { startNextAttempt } from "../../db/tables/checkout-sessions.js";
import {
  changeHeldPayment,
  type HeldPaymentRow,
  lockHeldPayment,
  renewHeldPayment,
} from "../../db/tables/held-payments.js";
import { dropClaims, findHeldReversal, leaseSale } from "../../db/tables/reversals.js";
import { inTransaction, type Run, type Tx } from "../../db/transaction.js";
import { parseAttemptReference } from "../../domain/attempt.js";
import { currencyOfGateway } from "../../domain/money.js";
import type { GatewayResult } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { RequestedReversal } from "../../domain/reversal-step.js";
import type { Clock } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { reverseSale, type ReversalEnd } from "../refunds/reverse-sale.js";
import { claimHeldPayment, refuseIfPays } from "./claim-held-payment.js";
import { endHeldCharge, lockHeldTarget, markReversalRequested } from "./held-target.js";
import { openSale } from "../refunds/query-sale.js";
import { LEASE_MS, type Reversal, release } from "../refunds/reversal.js";
import { type PreviousCall, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { busy, type Decision, recordResolution, refuseIfResolved } from "./record-resolution.js";
import { recordReversalResult } from "../refunds/record-reversal-result.js";
import { storedResult } from "../gateway-messages/store-gateway-result.js";
import type { ReversalMessage } from "../gateway-messages/store-reversal-message.js";
import { clockOf, merchantParts } from "../test-clock.js";

/**
 * Reverses a held payment: leases its sale in one database transaction, calls the gateway outside of any, and
 * records the end in another. After a crash in between, the call can be repeated once the lease has expired:
 * each request to the gateway is recorded before it is sent, and its outcome queried before anything is sent
 * again.
 */
export async function returnHeldPayment(
  checkout: CheckoutContext,
  scope: MerchantScope,
  wanted: HeldPaymentRow,
  decision: Decision,
  call: IdempotentCall,
): Promise<PreviousCall> {
  const leased = await lease(checkout, wanted);
  try {
    await checkout.checkpoint("return leased");
    refuseUnlessReturned(await reverseSale(checkout, await reversalOf(checkout, leased)));
    await checkout.checkpoint("return answered");
    const parts = await merchantParts(checkout, scope);
    const record = (tx: Tx, _run: Run, clock: Clock): Promise<void> =>
      recordReturn(checkout, clock, tx, leased, decision);
    return await runIdempotent(parts, scope, call, wanted.id, record, "SERIALIZABLE");
  } finally {
    await release(checkout, leased.held, leased.lease);
  }
}

/** A held payment whose sale this call has leased. */
interface LeasedPayment {
  readonly held: HeldPaymentRow;
  /** The id of the lease. */
  readonly lease: string;
}

/** The session is locked first, as by a result that completes it: a payment either pays or is reversed. */
async function lease(checkout: CheckoutContext, wanted: HeldPaymentRow): Promise<LeasedPayment> {
  const { id } = wanted;
  const clock = await clockOf(checkout, wanted);
  const now = await checkout.clock.read();
  const leaseId = newId("lease", now);
  return await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    await markReversalRequested(tx, await lockHeldTarget(tx, wanted), clock.now());
    const held = await lockHeldPayment(tx, id);
    refuseIfResolved(held);
    await refuseIfPays(checkout, tx, held);
    const until = now + LEASE_MS;
    if (!(await leaseSale(tx, held, { lease: leaseId, now, until }))) throw busy();
    return { held, lease: leaseId };
  });
}

/**
 * A person makes the call and repeats it: so a request that the gateway has certainly not carried out may be
 * sent again.
 */
async function reversalOf(checkout: CheckoutContext, { held, lease }: LeasedPayment): Promise<Reversal> {
  const sale = await openSale(checkout, held);
  if (sale === undefined) throw new Error(`The gateway cannot be asked about ${held.id}.`);
  const { id, reversalAction: request } = held;
  const requested = request === null ? null : { request, kept: null, refunded: null };
  return {
    work: "return",
    id,
    sale,
    wanted: "all",
    currency: currencyOfGateway(held.currencyCode)?.code ?? null,
    requested,
    mayTellAgain: true,
    note: (next, reported) => note(checkout, { held, lease }, next, reported),
    hearMore: (message) => hearMore(checkout, held, message),
    hear: async (message, next) => (await recordReversalResult(checkout, held, message, next)).classification,
  };
}

/**
 * All that the gateway has is returned, not what an earlier message reported. QUERY's message is stored as one about
 * the reversal, and the held payment shows its amount from now on: the return may be too early, or refused.
 */
async function hearMore(
  checkout: CheckoutContext,
  held: HeldPaymentRow,
  message: ReversalMessage,
): Promise<void> {
  const { amountReceived = null } = message.result;
  await recordReversalResult(checkout, held, message, null);
  await inTransaction(checkout.db, "READ COMMITTED", (tx) =>
    renewHeldPayment(tx, held.id, { amountReceived }),
  );
  const amounts = { stored: held.amountReceived, reported: amountReceived };
  checkout.log.warn({ held: held.id, ...amounts }, "the gateway has more of a held payment than was stored");
}

/**
 * Throws also if the money pays a session or charge, by a result that arrived since or by what the gateway
 * reports now. From here on it pays nothing more, until the gateway refuses the request.
 */
async function note(
  checkout: CheckoutContext,
  { held, lease }: LeasedPayment,
  requested: RequestedReversal | null,
  reported: GatewayResult | undefined,
): Promise<void> {
  const change = { reversalAction: requested?.request ?? null };
  const now = (await clockOf(checkout, held)).now();
  const mine = await inTransaction(checkout.db, "READ COMMITTED", async (tx) => {
    await lockHeldTarget(tx, held);
    if (requested !== null) await refuseIfInDoubt(tx, held.id);
    if (!(await changeHeldPayment(tx, held.id, change, lease))) return false;
    if (requested === null) await dropClaims(tx, held);
    else await claimHeldPayment(checkout, tx, held, reported, now);
    return true;
  });
  if (!mine) throw new Refusal("HELD_PAYMENT_BUSY", "Another call has taken over this return.", "id");
}

/** Nothing is sent while a person has to decide whether an earlier request has reversed the money. */
async function refuseIfInDoubt(tx: Tx, id: string): Promise<void> {
  const held = await findHeldReversal(tx, id);
  if (held === undefined) return;
  const message = `The gateway may have given the money back: resolve the held payment ${held} first.`;
  throw new Refusal("RESOLUTION_NOT_POSSIBLE", message, "resolution");
}

function refuseUnlessReturned(end: ReversalEnd): void {
  switch (end.kind) {
    case "returned":
      return;
    case "too early":
      throw new Refusal("RETURN_TOO_EARLY", TOO_EARLY, "resolution");
    case "nothing left":
      throw new Refusal(
        "RETURN_REFUSED",
        "The gateway has no money of this payment to return.",
        "resolution",
      );
    case "not a sale":
      throw new Refusal("RESOLUTION_NOT_POSSIBLE", NO_SALE, "resolution");
    case "refused": {
      const { responseCode, responseMessage } = end.result;
      const message = `The gateway refuses: ${responseMessage} (${responseCode}).`;
      throw new Refusal("RETURN_REFUSED", message, "resolution");
    }
    case "not returned":
    case "not found":
    case "unknown":
      throw new Refusal("RETURN_UNKNOWN", UNKNOWN, "resolution");
  }
}

const NO_SALE = "The gateway says that this transaction is not a sale: only a sale can be returned.";
const TOO_EARLY =
  "The payment is being settled: it cannot be cancelled any more, nor refunded yet. Try again in a day.";
const UNKNOWN =
  "The gateway did not say whether it has returned the money. Repeat the call: it first asks the gateway.";

/**
 * The money is reversed, so that is recorded whichever call holds the lease now. The attempt has failed for
 * good: the shopper's next form belongs to a new attempt, which the gateway does not take for a duplicate of
 * the old one.
 */
async function recordReturn(
  checkout: CheckoutContext,
  clock: Clock,
  tx: Tx,
  leased: LeasedPayment,
  decision: Decision,
): Promise<void> {
  const target = await lockHeldTarget(tx, leased.held);
  const held = await lockHeldPayment(tx, leased.held.id);
  refuseIfResolved(held);
  await recordResolution(checkout, clock, tx, held, decision);
  await endHeldCharge(checkout, clock, tx, target, held);
  const { session } = target;
  const reference = parseAttemptReference(storedResult(checkout, held).transactionUnique);
  if (session?.status === "open" && reference?.attempt === session.attempt) {
    await startNextAttempt(tx, session.id);
  }
}
