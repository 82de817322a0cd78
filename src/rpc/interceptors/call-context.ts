import { createContextKey, createContextValues, type ContextValues } from "@connectrpc/connect";

import type { IdempotentCall } from "../../checkout/idempotency.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";

const callerKey = createContextKey<MerchantScope | undefined>(undefined, { description: "caller" });
const requestIdKey = createContextKey("", { description: "request id" });

const idempotentCallKey = createContextKey<IdempotentCall | undefined>(undefined, {
  description: "idempotent call",
});

/** Context values of a new call: the id that its log lines, its answer's header and its errors share. */
export function callContext(requestId: string): ContextValues {
  return createContextValues().set(requestIdKey, requestId);
}

/** The id of this call, `req_...`. */
export function requestIdOf(values: ContextValues): string {
  return values.get(requestIdKey);
}

/**
 * Notes whose key the call carries: it sees only that merchant's objects, in that mode. Only `authenticate`
 * calls it.
 */
export function setCaller(values: ContextValues, caller: MerchantScope): void {
  values.set(callerKey, caller);
}

/** Whose call it is. Throws where `authenticate` did not run: that would be a bug of whoever serves the call. */
export function callerOf(values: ContextValues): MerchantScope {
  const caller = values.get(callerKey);
  if (caller === undefined) throw new Error("The call was not authenticated.");
  return caller;
}

/** Notes the call's idempotency key. Only `idempotency` calls it. */
export function setIdempotentCall(values: ContextValues, call: IdempotentCall): void {
  values.set(idempotentCallKey, call);
}

/** The call's idempotency key, if it has one. */
export function idempotentCallOf(values: ContextValues): IdempotentCall | undefined {
  return values.get(idempotentCallKey);
}
