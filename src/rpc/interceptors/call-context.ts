import { createContextKey, createContextValues, type ContextValues } from "@connectrpc/connect";

import type { IdempotentCall } from "../../checkout/idempotency.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";

const callerKey = createContextKey<MerchantScope | undefined>(undefined, { description: "caller" });
const requestIdKey = createContextKey("", { description: "request id" });

const idempotentCallKey = createContextKey<IdempotentCall | undefined>(undefined, {
  description: "idempotent call",
});

/**
 * Creates the context values of a new call with its request id, which log lines, the response header and
 * errors share.
 */
export function callContext(requestId: string): ContextValues {
  return createContextValues().set(requestIdKey, requestId);
}

/** The id of this call, `req_...`. */
export function requestIdOf(values: ContextValues): string {
  return values.get(requestIdKey);
}

/**
 * Sets the merchant and mode of the call's API key: the call sees only their objects. Only `authenticate`
 * calls this.
 */
export function setCaller(values: ContextValues, caller: MerchantScope): void {
  values.set(callerKey, caller);
}

/** The merchant and mode of the call. Throws where `authenticate` did not run, which is a bug. */
export function callerOf(values: ContextValues): MerchantScope {
  const caller = values.get(callerKey);
  if (caller === undefined) throw new Error("The call was not authenticated.");
  return caller;
}

/** Sets the call's idempotency key. Only `idempotency` calls this. */
export function setIdempotentCall(values: ContextValues, call: IdempotentCall): void {
  values.set(idempotentCallKey, call);
}

/** The call's idempotency key, if it has one. */
export function idempotentCallOf(values: ContextValues): IdempotentCall | undefined {
  return values.get(idempotentCallKey);
}
