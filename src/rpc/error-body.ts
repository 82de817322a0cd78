import { Code, type ConnectError } from "@connectrpc/connect";

import { BadRequestSchema, ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import type { Reason } from "../domain/refusal.js";
import type { Log } from "../lib/log.js";
import type { ErrorAnswer, ErrorContext, ErrorRenderer } from "../transcode/error.js";
import { requestIdOf } from "./call-context.js";
import { type ErrorWords, REQUEST_ERRORS, STATUS_ERRORS } from "./error-table.js";
import { REFUSALS } from "./refusal-table.js";
import { ERROR_DOMAIN } from "./refusals.js";

/** Writes every error of the merchants' API, wherever it came from, in the one shape that they know. */
export function merchantErrors(log: Log): ErrorRenderer {
  return (error, context) => {
    const requestId = requestIdOf(context.contextValues);
    // Only what happened outside of the interceptors still has its cause; the rest is logged already.
    if (context.status >= 500 && error.cause !== undefined) {
      log.error({ err: error.cause, requestId, rpc: context.method?.name }, "unexpected error");
    }
    return answer(error, context, requestId);
  };
}

function answer(error: ConnectError, context: ErrorContext, requestId: string): ErrorAnswer {
  const { type, code } = wordsOf(error, context);
  const param = error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field;
  const body = {
    error: {
      type,
      code,
      ...(param === undefined ? {} : { param }),
      message: error.rawMessage,
      request_id: requestId,
    },
  };
  return {
    status: context.status,
    headers: error.code === Code.Unauthenticated ? { "www-authenticate": "Bearer" } : {},
    body: JSON.stringify(body),
  };
}

function wordsOf(error: ConnectError, { reason }: ErrorContext): ErrorWords {
  if (reason !== undefined) return REQUEST_ERRORS[reason];
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === ERROR_DOMAIN);
  return info === undefined ? STATUS_ERRORS[error.code] : REFUSALS[info.reason as Reason];
}
