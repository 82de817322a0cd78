import { create } from "@bufbuild/protobuf";

import { SetupFutureUsage } from "../../../gen/calmonypay/v1/payment_intent_pb.js";
import { PaymentMethodType } from "../../../gen/calmonypay/v1/payment_method_pb.js";
import {
  type SetupIntent,
  SetupIntentSchema,
  SetupIntentStatus,
} from "../../../gen/calmonypay/v1/setup_intent_pb.js";
import type * as domain from "../../domain/setup-intent.js";
import { toSeconds } from "../../lib/clock.js";
import { omitNulls } from "../../lib/omit-nulls.js";
import { cardError } from "./payment-intent-message.js";

/**
 * Converts a setup intent to its message. Events that were stored before cards were declined here have no decline code.
 */
export function setupIntentMessage(intent: domain.SetupIntent): SetupIntent {
  const { customerId, paymentMethodId, declineCode, description } = intent;
  return create(SetupIntentSchema, {
    id: intent.id,
    object: "setup_intent",
    status:
      paymentMethodId === null ? SetupIntentStatus.REQUIRES_PAYMENT_METHOD : SetupIntentStatus.SUCCEEDED,
    checkoutSession: intent.sessionId,
    usage: SetupFutureUsage.OFF_SESSION,
    metadata: { ...intent.metadata },
    paymentMethodTypes: [PaymentMethodType.CARD],
    created: BigInt(toSeconds(intent.createdAt)),
    livemode: intent.livemode,
    ...omitNulls({ paymentMethod: paymentMethodId, customer: customerId, description }),
    ...(declineCode && { lastSetupError: cardError(declineCode) }),
  });
}
