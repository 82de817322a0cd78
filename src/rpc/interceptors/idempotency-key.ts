import { createHash } from "node:crypto";

import { type DescMessage, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import {
  type Interceptor,
  createContextKey,
  type ContextValues,
  type HandlerContext,
} from "@connectrpc/connect";

import type { IdempotentCall } from "../../checkout/idempotency.js";
import { Refusal } from "../../domain/refusal.js";

/** The metadata key, or HTTP header, of an idempotency key. */
const HEADER = "idempotency-key";

/**
 * Passes a call's idempotency key and its message's fingerprint to the use case, which stores them in one
 * transaction with its changes. Ignores the key of a call that only reads. Throws a Refusal for an invalid
 * key.
 */
export function idempotency(): Interceptor {
  return (next) => async (request) => {
    const key = request.header.get(HEADER);
    const reads = request.method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
    if (key !== null && !reads && !request.stream) {
      const fingerprint = fingerprintOf(request.method.toString(), request.method.input, request.message);
      setIdempotentCall(request.contextValues, { keyHash: sha256(checked(key)), fingerprint });
      request.contextValues.set(keyKey, key);
    }
    return await next(request);
  };
}

/** Up to 255 characters, as at Stripe, of those that every HTTP library and proxy passes on unchanged. */
function checked(key: string): string {
  if (/^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(key)) return key;
  throw new Refusal(
    "PARAMETER_INVALID",
    "An Idempotency-Key has 1 to 255 characters of printable ASCII; a space neither begins nor ends it.",
    "Idempotency-Key",
  );
}

/** Of the decoded message, not of the bytes: a retry may order its fields differently, or use another protocol. */
function fingerprintOf(method: string, schema: DescMessage, message: Message): string {
  return sha256(JSON.stringify([method, inOrder(toJson(schema, message))]));
}

/** The entries of a map have no defined order. */
function inOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inOrder);
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name] ?? null)]));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Sets the call's idempotency key. */
function setIdempotentCall(values: ContextValues, call: IdempotentCall): void {
  values.set(idempotentCallKey, call);
}

/** The call's idempotency key, if it has one. */
export function idempotentCallOf(values: ContextValues): IdempotentCall | undefined {
  return values.get(idempotentCallKey);
}

const idempotentCallKey = createContextKey<IdempotentCall | undefined>(undefined, {
  description: "idempotent call",
});

/** The call's idempotency key as its caller gave it, if it has one: for the events that the call causes. */
export function idempotencyKeyOf(values: ContextValues): string | undefined {
  return values.get(keyKey);
}

const keyKey = createContextKey<string | undefined>(undefined, { description: "idempotency key" });

/** Sets the header that marks a replayed response of an idempotent call. */
export function markReplayed(context: HandlerContext, replayed: boolean): void {
  if (replayed) context.responseHeader.set("idempotent-replayed", "true");
}
