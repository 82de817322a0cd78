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

/** Converts a setup intent to its message. */
export function setupIntentMessage(intent: domain.SetupIntent): SetupIntent {
  return create(SetupIntentSchema, {
    id: intent.id,
    object: "setup_intent",
    status: SetupIntentStatus.SUCCEEDED,
    paymentMethod: intent.paymentMethodId,
    customer: intent.customerId,
    checkoutSession: intent.sessionId,
    usage: SetupFutureUsage.OFF_SESSION,
    metadata: { ...intent.metadata },
    paymentMethodTypes: [PaymentMethodType.CARD],
    created: BigInt(toSeconds(intent.createdAt)),
    livemode: intent.livemode,
    ...omitNulls({ description: intent.description }),
  });
}
