import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";

/** The `domain` of the ErrorInfo that every error made by the transcoder itself carries. */
export const ERROR_DOMAIN = "transcode";

/** What can be wrong with a request before a handler sees it, with the gRPC code and HTTP status of each. */
const REASONS = {
  path_unknown: { code: Code.NotFound, status: 404, routing: true },
  path_malformed: { code: Code.InvalidArgument, status: 400, routing: true },
  method_not_allowed: { code: Code.Unimplemented, status: 405, routing: true },
  parameter_unknown: { code: Code.InvalidArgument, status: 400, routing: false },
  parameter_invalid: { code: Code.InvalidArgument, status: 400, routing: false },
  parameter_repeated: { code: Code.InvalidArgument, status: 400, routing: false },
  parameter_conflict: { code: Code.InvalidArgument, status: 400, routing: false },
  query_malformed: { code: Code.InvalidArgument, status: 400, routing: false },
  body_malformed: { code: Code.InvalidArgument, status: 400, routing: false },
  body_unexpected: { code: Code.InvalidArgument, status: 400, routing: false },
  body_too_large: { code: Code.ResourceExhausted, status: 413, routing: false },
  media_type_unsupported: { code: Code.InvalidArgument, status: 415, routing: false },
  encoding_unsupported: { code: Code.InvalidArgument, status: 415, routing: false },
  timeout_invalid: { code: Code.InvalidArgument, status: 400, routing: false },
  deadline_exceeded: { code: Code.DeadlineExceeded, status: 504, routing: false },
} as const satisfies Record<string, { code: Code; status: number; routing: boolean }>;

/** Stable names, also the `reason` of the ErrorInfo. Adding one is fine; renaming one breaks callers. */
export type RoutingReason = keyof typeof REASONS;

/** All reasons, for a test that holds documentation and code together. */
export const reasons = Object.keys(REASONS) as readonly RoutingReason[];

/** Which errors were made here and why: looked up by identity, so that no handler's error can pass for one. */
const made = new WeakMap<ConnectError, RoutingReason>();

/**
 * An error about the request itself: 400, 404, 405, 413, 415 or 504.
 *
 * `field` is the field's path in proto names, with `[i]` for an element; `headers` go out with the answer.
 */
export function requestError(
  reason: RoutingReason,
  message: string,
  field?: string,
  headers?: Record<string, string>,
): ConnectError {
  const details: {
    desc: typeof BadRequestSchema | typeof ErrorInfoSchema;
    value: Record<string, unknown>;
  }[] = [{ desc: ErrorInfoSchema, value: { reason, domain: ERROR_DOMAIN } }];
  if (field !== undefined) {
    const fieldViolations = [{ field, description: message }];
    details.unshift({ desc: BadRequestSchema, value: { fieldViolations } });
  }
  const error = new ConnectError(message, REASONS[reason].code, headers, details);
  made.set(error, reason);
  return error;
}

/** Why the transcoder refused the request; undefined for an error of a handler or an interceptor. */
export function reasonOf(error: ConnectError): RoutingReason | undefined {
  return made.get(error);
}

/** The HTTP status of a reason. */
export function statusOfReason(reason: RoutingReason): number {
  return REASONS[reason].status;
}

/** True where the request never got as far as a rule: its 404 is not a handler's NOT_FOUND. */
export function isRouting(reason: RoutingReason | undefined): boolean {
  return reason !== undefined && REASONS[reason].routing;
}
