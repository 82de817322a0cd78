import type { ContextValues } from "@connectrpc/connect";

import type { CheckoutContext } from "../../checkout/context.js";
import { requestIdOf } from "./access-log.js";
import { idempotencyKeyOf } from "./idempotency-key.js";

/** The context of use cases for a call that changes something: events say that the call caused them. */
export function causedBy(
  checkout: CheckoutContext,
  { values }: { readonly values: ContextValues },
): CheckoutContext {
  return {
    ...checkout,
    cause: { requestId: requestIdOf(values), idempotencyKey: idempotencyKeyOf(values) },
  };
}
