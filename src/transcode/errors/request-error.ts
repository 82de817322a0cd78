import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";

/** The `domain` of the ErrorInfo in errors that the transcoder itself makes. */
export const ERROR_DOMAIN = "transcode";

/** Reasons to refuse a request before its handler runs, with gRPC code and HTTP status. */
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

/** Stable names, also the `reason` of the ErrorInfo. New ones may be added; renaming one breaks callers. */
export type RoutingReason = keyof typeof REASONS;

/** All reasons, for the test that compares documentation and code. */
export const reasons = Object.keys(REASONS) as readonly RoutingReason[];

/** Reasons by error object: an error that a handler makes cannot pass for one of these. */
const made = new WeakMap<ConnectError, RoutingReason>();

/**
 * An error about the request itself: 400, 404, 405, 413, 415 or 504.
 *
 * `field` is the field's path in proto names, with `[i]` for an element; `headers` are sent with the
 * response.
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

/** The error of a body, or of a message, over the limit. */
export function bodyTooLarge(bytesMax: number): ConnectError {
  return requestError("body_too_large", `The request body is larger than ${bytesMax} bytes.`);
}

/** Why the transcoder refused the request; undefined for an error of a handler or an interceptor. */
export function reasonOf(error: ConnectError): RoutingReason | undefined {
  return made.get(error);
}

/** The HTTP status of a reason. */
export function statusOfReason(reason: RoutingReason): number {
  return REASONS[reason].status;
}

/** True where no rule matched the request: its 404 is not a handler's NOT_FOUND. */
export function isRouting(reason: RoutingReason | undefined): boolean {
  return reason !== undefined && REASONS[reason].routing;
}
