import { Code, ConnectError, type ContextValues } from "@connectrpc/connect";
import type { DescMethod } from "@bufbuild/protobuf";
import { wellFormed } from "../../lib/well-formed.js";
import type { RoutingReason } from "./request-error.js";

/** The context of an error, for its renderer. */
export interface ErrorContext {
  /** The default HTTP status, which the renderer may replace. */
  readonly status: number;
  /**
   * True for an unknown path, a wrong method or a malformed path: no rule matched, so the error is no
   * handler's.
   */
  readonly routing: boolean;
  /** Why the transcoder refused the request; undefined for an error of a handler or an interceptor. */
  readonly reason: RoutingReason | undefined;
  /** The requested method; undefined where none was found. */
  readonly method: DescMethod | undefined;
  /** Whether the request's content type is that of a form, whose nested parameters are named with brackets. */
  readonly form: boolean;
  readonly contextValues: ContextValues;
}

/** The response to an error. Default `content-type`: `application/json`. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/**
 * Writes every error: routing, binding, body, handler, crash. Log from here: it also sees errors outside the
 * interceptors, such as a response that cannot be written as JSON.
 */
export type ErrorRenderer = (error: ConnectError, context: ErrorContext) => ErrorAnswer;

/** The message of a crash. The original error is the ConnectError's `cause`, for the log. */
export const INTERNAL_TEXT = "internal error";

/**
 * Converts any thrown value to a ConnectError that can be sent: one that is none becomes an internal error
 * with a fixed text, and lone surrogates, which no header can hold, are replaced.
 */
export function connectErrorOf(thrown: unknown, headers?: Headers): ConnectError {
  if (thrown instanceof ConnectError) {
    const isReady = headers === undefined && thrown.rawMessage.isWellFormed();
    return isReady ? thrown : withHeaders(thrown, headers ?? new Headers());
  }
  return new ConnectError(INTERNAL_TEXT, Code.Internal, headers, undefined, thrown);
}

/** A copy, since a handler may throw one error object for many callers. */
function withHeaders(error: ConnectError, headers: Headers): ConnectError {
  const metadata = new Headers(headers);
  for (const [name, value] of error.metadata) metadata.set(name, value);
  const copy = new ConnectError(wellFormed(error.rawMessage), error.code, metadata, undefined, error.cause);
  copy.details = error.details;
  return copy;
}
