import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

import { RetryInfoSchema } from "../gen/google/rpc/error_details_pb.js";

/** How calls are made, whatever the transport. */
export interface CallOptions {
  /** A secret key of the merchant: `sk_live_...` or `sk_test_...`. */
  readonly apiKey: string;
  /** How often a call is repeated that the service asks to repeat: twice by default. */
  readonly maxRetries?: number;
  /** Limits a call, all its repetitions included: 60 s by default. Streams have no limit of their own. */
  readonly timeoutMs?: number;
}

/** Time enough for a charge, and to repeat it. */
export const TIMEOUT_MS = 60_000;

/**
 * What every call passes through: an idempotency key for what changes something, so that it can be repeated; the
 * repetitions; and the API key.
 */
export function callInterceptors({ apiKey, maxRetries = 2 }: CallOptions): Interceptor[] {
  return [nameChanges, repeat(maxRetries), authenticate(apiKey)];
}

/** One key for all repetitions: the service carries the call out once, and answers the repetitions with its result. */
const nameChanges: Interceptor = (next) => (request) => {
  const changes = request.method.idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  if (changes && !request.header.has(IDEMPOTENCY_KEY)) request.header.set(IDEMPOTENCY_KEY, randomUUID());
  return next(request);
};

const IDEMPOTENCY_KEY = "idempotency-key";

/** Repeats unary calls after the time that `google.rpc.RetryInfo` names. Streams go on from a sequence instead. */
function repeat(maxRetries: number): Interceptor {
  return (next) => async (request) => {
    for (let retry = 0; ; retry++) {
      try {
        return await next(request);
      } catch (error) {
        if (request.stream || retry >= maxRetries || !mayBeRepeated(error)) throw error;
        await sleep(waitMs(error, retry), undefined, { signal: request.signal });
      }
    }
  };
}

function mayBeRepeated(error: unknown): error is ConnectError {
  return error instanceof ConnectError && [Code.Unavailable, Code.Aborted].includes(error.code);
}

/** Without a word of the service, half a second that doubles; at most half as much again, so that clients spread. */
function waitMs(error: ConnectError, retry: number): number {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const ms = delay === undefined ? 500 * 2 ** retry : Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  return ms * (1 + Math.random() / 2);
}

function authenticate(apiKey: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${apiKey}`);
    return next(request);
  };
}
