import type { HeldPaymentRow } from "../../db/tables/held-payments.js";
import { isRefundReason, possibleResolutions, type Resolution } from "../../domain/held-payment.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { acceptHeldPayment } from "./accept-held-payment.js";
import { acceptHeldRefund } from "./accept-held-refund.js";
import type { CheckoutContext } from "../context.js";
import { factsOf, getHeldPayment } from "./get-held-payment.js";
import { endHeldCharge, lockHeldTarget } from "./held-target.js";
import {
  callWithoutKey,
  findPrevious,
  type PreviousCall,
  type IdempotentCall,
  runIdempotent,
} from "../idempotency.js";
import { type Decision, lockUnresolved, recordResolution, refuseIfResolved } from "./record-resolution.js";
import { merchantParts } from "../test-clock.js";
import { returnHeldPayment } from "./return-held-payment.js";

/**
 * A held payment as a call answers it; `replayed` if an earlier call with its idempotency key resolved it.
 */
export interface AnsweredHeldPayment {
  readonly held: HeldPaymentRow;
  readonly replayed: boolean;
}

/** Carries out a person's decision about a held payment, once and for good. */
export async function resolveHeldPayment(
  checkout: CheckoutContext,
  scope: MerchantScope,
  id: string,
  decision: Decision,
  call: IdempotentCall | undefined,
): Promise<AnsweredHeldPayment> {
  const before = await findPrevious(checkout, scope, call);
  const held = await getHeldPayment(checkout, scope, id);
  const { replayed } =
    before ?? (await resolve(checkout, scope, held, decision, call ?? callWithoutKey(checkout)));
  if (!replayed) noteResolved(checkout, held, decision);
  // A resolved payment never changes again, so a replay gets the first answer.
  return { held: await getHeldPayment(checkout, scope, id), replayed };
}

async function resolve(
  checkout: CheckoutContext,
  scope: MerchantScope,
  held: HeldPaymentRow,
  decision: Decision,
  call: IdempotentCall,
): Promise<PreviousCall> {
  refuseIfResolved(held);
  refuseIfImpossible(held, decision);
  return await WAYS[decision.resolution](checkout, scope, held, decision, call);
}

const WAYS: Record<Resolution, typeof resolve> = {
  accept,
  return: returnHeldPayment,
  dismiss,
};

async function accept(
  ...[checkout, scope, held, decision, call]: Parameters<typeof resolve>
): Promise<PreviousCall> {
  const way = isRefundReason(held.heldReason) ? acceptHeldRefund : acceptHeldPayment;
  return await way(checkout, scope, held, decision, call);
}

async function dismiss(
  checkout: CheckoutContext,
  scope: MerchantScope,
  wanted: HeldPaymentRow,
  decision: Decision,
  call: IdempotentCall,
): Promise<PreviousCall> {
  const parts = await merchantParts(checkout, scope);
  return await runIdempotent(parts, scope, call, wanted.id, async (tx, _run, clock) => {
    const target = await lockHeldTarget(tx, wanted);
    const held = await lockUnresolved(checkout, tx, wanted.id);
    await endHeldCharge(checkout, clock, tx, target, held);
    await recordResolution(checkout, clock, tx, held, decision);
  });
}

function refuseIfImpossible(held: HeldPaymentRow, { resolution, note }: Decision): void {
  if (resolution === "dismiss" && note === null) {
    throw new Refusal(
      "PARAMETER_MISSING",
      "Missing required parameter: note. A dismissal needs one.",
      "note",
    );
  }
  if (note !== null && note.length > NOTE_MAX) {
    throw new Refusal("PARAMETER_INVALID", `A note has at most ${NOTE_MAX} characters.`, "note");
  }
  const possible = possibleResolutions(factsOf(held));
  if (possible.includes(resolution)) return;
  throw new Refusal(
    "RESOLUTION_NOT_POSSIBLE",
    `This held payment can only be resolved with ${possible.join(" or ")}.`,
    "resolution",
  );
}

/** The width of the column. */
const NOTE_MAX = 1000;

function noteResolved(checkout: CheckoutContext, held: HeldPaymentRow, { resolution }: Decision): void {
  checkout.metrics.heldPaymentResolutions.inc({ resolution });
  const line = { held: held.id, session: held.sessionId, reason: held.heldReason, resolution };
  checkout.log.info(line, "held payment resolved");
}
