import type { DescMethod } from "@bufbuild/protobuf";
import {
  type ContextValues,
  createContextKey,
  type Interceptor,
  type UnaryRequest,
} from "@connectrpc/connect";

import { HeldPaymentResolution } from "../../../gen/calmonypay/v1/held_payment_pb.js";
import {
  HeldPaymentService,
  type ResolveHeldPaymentRequest,
} from "../../../gen/calmonypay/v1/held_payment_service_pb.js";
import {
  type CreatePaymentIntentRequest,
  PaymentIntentService,
} from "../../../gen/calmonypay/v1/payment_intent_service_pb.js";
import { RefundService } from "../../../gen/calmonypay/v1/refund_service_pb.js";
import { TestHelpersService } from "../../../gen/calmonypay/v1/test_helpers_service_pb.js";
import { inTime } from "../../db/answer-in-time.js";

/**
 * Gives a unary call one time limit for all that it does with the database, the look-up of its key included and the
 * time that its client takes to send it excluded. Calls that wait for the gateway have only the limit of their
 * protocol (30 s), since a charge must not be given up while it is under way.
 */
export function timeLimit(): Interceptor {
  return (next) => (request) => {
    if (request.stream || waitsLonger(request)) return next(request);
    return inTime(next(request), request.contextValues.get(usedKey));
  };
}

/** Gives the look-up of a call's key the same limit, and notes how much of it is used. */
export async function limitKeyLookup<T>(admitting: Promise<T>, values: ContextValues): Promise<T> {
  const began = performance.now();
  const { admitted } = await inTime(admitting.then((result) => ({ admitted: result })));
  values.set(usedKey, performance.now() - began);
  return admitted;
}

const usedKey = createContextKey(0, { description: "time used before the message, in milliseconds" });

function waitsLonger({ method, message }: UnaryRequest): boolean {
  return WAIT_LONGER.get(method)?.(message) === true;
}

/** Calls that may wait for the gateway or, for a test clock, for all that its merchant has due. */
const WAIT_LONGER = new Map<DescMethod, (message: unknown) => boolean>([
  [
    PaymentIntentService.method.createPaymentIntent,
    (message) => (message as CreatePaymentIntentRequest).confirm,
  ],
  [PaymentIntentService.method.confirmPaymentIntent, () => true],
  [RefundService.method.createRefund, () => true],
  [
    HeldPaymentService.method.resolveHeldPayment,
    (message) => (message as ResolveHeldPaymentRequest).resolution === HeldPaymentResolution.RETURN,
  ],
  [TestHelpersService.method.advanceTestClock, () => true],
]);
