import { Code, ConnectError, type ContextValues } from "@connectrpc/connect";
import type { DescMethod } from "@bufbuild/protobuf";
import { wellFormed } from "../../lib/well-formed.js";
import type { RoutingReason } from "./request-error.js";

/** What a renderer may want to know of the call whose error it writes. */
export interface ErrorContext {
  /** The status to answer with, unless the renderer knows better. */
  readonly status: number;
  /** True for an unknown path, a wrong method or a broken path: no rule was reached, so no handler said so. */
  readonly routing: boolean;
  /** Why the transcoder refused the request; undefined for an error of a handler or an interceptor. */
  readonly reason: RoutingReason | undefined;
  /** The method that the request was for; undefined while none was found. */
  readonly method: DescMethod | undefined;
  readonly contextValues: ContextValues;
}

/** What is sent for an error. Without a `content-type` among the headers it is `application/json`. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/**
 * Writes every error: routing, binding, body, handler, crash. It is also the one place that sees them all, those that
 * happen outside the interceptors included (an answer that cannot be written as JSON): log from here.
 */
export type ErrorRenderer = (error: ConnectError, context: ErrorContext) => ErrorAnswer;

/** What a caller is told of a crash. The original error is the ConnectError's `cause`, for the log. */
export const INTERNAL_TEXT = "internal error";

/**
 * Any thrown value as a ConnectError that can be written: what is not one already is an internal error with a
 * fixed text, and a text with half characters, which no header can carry, gets whole ones.
 */
export function connectErrorOf(thrown: unknown, headers?: Headers): ConnectError {
  if (thrown instanceof ConnectError) {
    const isReady = headers === undefined && thrown.rawMessage.isWellFormed();
    return isReady ? thrown : withHeaders(thrown, headers ?? new Headers());
  }
  return new ConnectError(INTERNAL_TEXT, Code.Internal, headers, undefined, thrown);
}

/** A copy, since a handler may throw one and the same error object for many callers. */
function withHeaders(error: ConnectError, headers: Headers): ConnectError {
  const metadata = new Headers(headers);
  for (const [name, value] of error.metadata) metadata.set(name, value);
  const copy = new ConnectError(wellFormed(error.rawMessage), error.code, metadata, undefined, error.cause);
  copy.details = error.details;
  return copy;
}

/** The table of `google/rpc/code.proto`. */
const HTTP_STATUS: Record<Code, number> = {
  [Code.Canceled]: 499,
  [Code.Unknown]: 500,
  [Code.InvalidArgument]: 400,
  [Code.DeadlineExceeded]: 504,
  [Code.NotFound]: 404,
  [Code.AlreadyExists]: 409,
  [Code.PermissionDenied]: 403,
  [Code.ResourceExhausted]: 429,
  [Code.FailedPrecondition]: 400,
  [Code.Aborted]: 409,
  [Code.OutOfRange]: 400,
  [Code.Unimplemented]: 501,
  [Code.Internal]: 500,
  [Code.Unavailable]: 503,
  [Code.DataLoss]: 500,
  [Code.Unauthenticated]: 401,
};

/** The HTTP status of a gRPC code. */
export function httpStatusOf(code: Code): number {
  return HTTP_STATUS[code] ?? 500; // A handler in plain JavaScript can throw a number that is no code.
}
