import { Code, type ConnectError } from "@connectrpc/connect";

import { PaymentIntentSchema } from "../../../gen/calmonypay/v1/payment_intent_pb.js";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { type RefusalReason, Refusal } from "../../domain/refusal.js";
import type { Log } from "../../lib/log.js";
import type { ErrorAnswer, ErrorContext, ErrorRenderer } from "../../transcode/errors/connect-error.js";
import { parameterName } from "../../transcode/form/parameter-name.js";
import { plainDialect } from "../../transcode/json/plain-dialect.js";
import { requestIdOf } from "./access-log.js";
import { type ErrorWords, REQUEST_ERRORS, STATUS_ERRORS } from "../errors/error-table.js";
import { parameterHint } from "../errors/parameter-hints.js";
import type { RefusalRow } from "../errors/refusal-row.js";
import { httpStatusOfRefusal, REFUSALS } from "../errors/refusal-table.js";
import { ERROR_DOMAIN } from "./error-interceptor.js";

/** Renders every error of the merchants' API in its one JSON shape. */
export function merchantErrors(log: Log): ErrorRenderer {
  return (error, context) => {
    const requestId = requestIdOf(context.contextValues);
    // Only an error from outside the interceptors still has its cause; they log all others.
    if (context.status >= 500 && error.cause !== undefined && !(error.cause instanceof Refusal)) {
      log.error({ err: error.cause, requestId, rpc: context.method?.name }, "unexpected error");
    }
    return answer(error, context, requestId);
  };
}

function answer(error: ConnectError, context: ErrorContext, requestId: string): ErrorAnswer {
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === ERROR_DOMAIN);
  const refusal = info === undefined ? undefined : REFUSALS[info.reason as RefusalReason];
  const { type, code } = wordsOf(error, context, refusal);
  const field = error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field;
  const { param, message } = named(field, error.rawMessage, context);
  const body = {
    error: {
      type,
      code,
      ...info?.metadata,
      ...declinedPart(error),
      ...(param === undefined ? {} : { param }),
      message,
      request_id: requestId,
    },
  };
  return {
    status: refusal === undefined ? context.status : httpStatusOfRefusal(refusal),
    headers: error.code === Code.Unauthenticated ? { "www-authenticate": "Bearer" } : {},
    body: JSON.stringify(body),
  };
}

/** The payment itself in the place of its id, if its charge was declined. */
function declinedPart(error: ConnectError): { readonly payment_intent?: unknown } {
  const [intent] = error.findDetails(PaymentIntentSchema);
  return intent === undefined ? {} : { payment_intent: JSON.parse(writeIntent(intent)) as unknown };
}

const { write: writeIntent } = plainDialect.message(PaymentIntentSchema);

/** Names the field as the request names it. The name of an unknown parameter is as it was sent. */
function named(field: string | undefined, message: string, { form, reason }: ErrorContext) {
  if (field === undefined) return { param: field, message };
  const hint = reason === undefined ? undefined : parameterHint(field);
  const text = hint === undefined ? message : `${message} ${hint}`;
  if (!form || reason === "parameter_unknown") return { param: field, message: text };
  const param = parameterName(field);
  return { param, message: text.replaceAll(field, () => param) };
}

function wordsOf(error: ConnectError, { reason }: ErrorContext, refusal: RefusalRow | undefined): ErrorWords {
  return reason === undefined ? (refusal ?? STATUS_ERRORS[error.code]) : REQUEST_ERRORS[reason];
}
