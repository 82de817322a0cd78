import { changePaymentIntent, lockPaymentIntent } from "../../db/tables/payment-intents.js";
import {
  changePendingCapture,
  findPendingCapture,
  type PendingCaptureRow,
} from "../../db/tables/pending-captures.js";
import type { Tx } from "../../db/transaction.js";
import type { CaptureRequest } from "../../domain/captures/capture-outcome.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { type PaymentIntent, STATUS_WHILE } from "../../domain/payment-intent.js";
import { Refusal } from "../../domain/refusal.js";
import { stoppedAt } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { callWithoutKey, type IdempotentCall, type PreviousCall, runIdempotent } from "../idempotency.js";
import { getPaymentIntent, type PaymentView, viewPayment } from "../payments/payment-intents.js";
import { LEASE_MS } from "../refunds/reversal.js";
import { clockOf } from "../test-clock.js";
import { workPatiently } from "../work-patiently.js";
import { processCapture } from "./process-capture.js";

/** What to request of the gateway about an authorized payment. */
type Wanted = Pick<PendingCaptureRow, "amount" | "reason"> & {
  readonly request: CaptureRequest;
};

/** A payment as a call answers it; `replayed` if an earlier call with its idempotency key made the request. */
export interface AnsweredPayment {
  readonly view: PaymentView;
  readonly replayed: boolean;
}

/**
 * Requests something of the gateway about an authorized payment, once for each idempotency key: records the request in
 * one transaction, which locks the payment and so excludes every other request; then sends it, between transactions. A
 * request that takes longer than the caller waits is answered as processing, and is settled in the background. `decide`
 * throws a Refusal if the locked payment does not allow the request.
 */
export async function requestAtGateway(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  call: IdempotentCall | undefined,
  request: CaptureRequest,
  decide: (intent: PaymentIntent) => Omit<Wanted, "request">,
): Promise<AnsweredPayment> {
  const now = (await clockOf(checkout, scope)).now();
  const requestId = newId("call", now);
  const parts = { db: checkout.db, merchantClock: stoppedAt(now) };
  const done = await runIdempotent(parts, scope, call ?? callWithoutKey(checkout), requestId, async (tx) => {
    const intent = await lockPaymentIntent(tx, id);
    await beginRequest(tx, intent, { request, ...decide(intent) }, { requestId, now });
  });
  if (!done.replayed) {
    await checkout.checkpoint("capture recorded");
    await workPatiently(
      checkout,
      { payment: id },
      {
        process: () => processCapture(checkout, id),
        isOver: async () => (await findPendingCapture(checkout.db.manager, id))?.requestId !== requestId,
      },
    );
  }
  return await answerRequest(checkout, scope, id, request, done);
}

/** Records a request about a locked payment that has none. From now on the gateway may be asked for it, once. */
export async function beginRequest(
  tx: Tx,
  { id }: Pick<PaymentIntent, "id">,
  wanted: Wanted,
  { requestId, now }: { readonly requestId: string; readonly now: number },
): Promise<void> {
  await changePaymentIntent(tx, id, { status: STATUS_WHILE[wanted.request] });
  const unsent = { requestId, requestedAt: null, attempts: 0, nextStepAt: now + LEASE_MS, refusal: null };
  await changePendingCapture(tx, id, { ...wanted, ...unsent });
}

/**
 * Answers a call that has made a request, `objectId` being its id: with the payment as it stands now, or the Refusal
 * `CAPTURE_REFUSED` where that request came to nothing.
 */
export async function answerRequest(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  request: CaptureRequest,
  { objectId, replayed }: PreviousCall,
): Promise<AnsweredPayment> {
  const pending = await findPendingCapture(checkout.db.manager, id);
  if (pending?.refusal?.requestId === objectId) throw refused(pending.refusal);
  const intent = await getPaymentIntent(checkout, scope, id);
  if (intent.status === UNWANTED[request]) throw new Refusal("CAPTURE_REFUSED", OVERTAKEN[request], "id");
  return { view: await viewPayment(checkout, intent), replayed };
}

/** What only the gateway, or a person there, can have done instead. */
const UNWANTED = { capture: "canceled", cancel: "succeeded" } as const;

const OVERTAKEN = {
  capture: "The gateway has released the authorization: nothing was captured.",
  cancel: "The gateway has captured the payment: it can be refunded.",
};

function refused({ responseCode, responseMessage }: NonNullable<PendingCaptureRow["refusal"]>): Refusal {
  const message =
    responseCode === null
      ? "The gateway did not answer, and has done nothing. The authorization stands: make the call again."
      : `The gateway refuses: ${responseMessage} (${responseCode}). The authorization stands.`;
  return new Refusal("CAPTURE_REFUSED", message, "id");
}
