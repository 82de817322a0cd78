import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../../gen/google/rpc/error_details_pb.js";
import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { Refusal } from "../../domain/refusal.js";
import { RETRY_AFTER_SECONDS } from "../../lib/http.js";
import type { Log } from "../../lib/log.js";
import { requestIdOf } from "./access-log.js";
import { hookStream } from "./stream-messages.js";
import { retryAfterS } from "../errors/refusal-row.js";
import { REFUSALS } from "../errors/refusal-table.js";

/** The `domain` of this API's reasons in `google.rpc.ErrorInfo`. */
export const ERROR_DOMAIN = "calmonypay.com";

/**
 * Converts errors of use cases to errors for callers. A Refusal becomes its gRPC code with
 * `google.rpc.ErrorInfo`, `BadRequest` and `RetryInfo`; any other error is a bug, logged here and reported with a fixed
 * text and the request id.
 */
export function errorInterceptor(log: Log): Interceptor {
  return (next) => async (request) => {
    const failed = (error: unknown): ConnectError =>
      errorForCaller(log, error, requestIdOf(request.contextValues), request.method.name);
    try {
      const response = await next(request);
      return response.stream ? hookStream(response, { failed }) : response;
    } catch (error) {
      throw failed(error);
    }
  };
}

/** Converts any thrown value to the error for the caller, and logs a bug. */
export function errorForCaller(log: Log, error: unknown, requestId: string, rpc: string): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof Refusal) return refusalError(error);
  if (isDatabaseAway(error)) {
    // Logged without its stack: thousands of calls may fail while the database is away.
    log.warn({ requestId, rpc, why: String(error) }, "the database is away");
    return refusalError(new Refusal("DATABASE_AWAY", AWAY), RETRY_LATER);
  }
  log.error({ err: error, requestId, rpc }, "unexpected error");
  return new ConnectError(`Something went wrong on our side (${requestId}).`, Code.Internal);
}

const AWAY = "The service cannot reach its database. Try again.";

const RETRY_LATER = { "retry-after": RETRY_AFTER_SECONDS };

/** The error of a refusal. `more` are details beside its reason and its fields. */
export function refusalError(
  refusal: Refusal,
  headers?: Record<string, string>,
  more: OutgoingDetail[] = [],
): ConnectError {
  const info = {
    desc: ErrorInfoSchema,
    value: { reason: refusal.reason, domain: ERROR_DOMAIN, metadata: { ...refusal.facts } },
  };
  const fieldViolations = refusal.violations.map(({ field, description }) => ({ field, description }));
  const fields = { desc: BadRequestSchema, value: { fieldViolations } };
  const row = REFUSALS[refusal.reason];
  const seconds = retryAfterS(row);
  const retry = { desc: RetryInfoSchema, value: { retryDelay: { seconds: BigInt(seconds ?? 0) } } };
  const details = [
    info,
    ...(fieldViolations.length > 0 ? [fields] : []),
    ...(seconds === undefined ? [] : [retry]),
    ...more,
  ];
  return new ConnectError(refusal.message, row.grpc, headers, details, refusal);
}

type OutgoingDetail = Exclude<ConnectError["details"][number], { readonly type: string }>;
