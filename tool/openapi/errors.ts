import type { JsonObject } from "@bufbuild/protobuf";

import {
  type ErrorWords,
  REQUEST_ERRORS,
  STATUS_ERRORS,
  WEB_ERRORS,
} from "../../src/rpc/errors/error-table.js";
import { httpStatusOfRefusal, REFUSALS } from "../../src/rpc/errors/refusal-table.js";
import { httpStatusOf } from "../../src/transcode/errors/http-status.js";
import { type RoutingReason, statusOfReason } from "../../src/transcode/errors/request-error.js";
import { REQUEST_ID } from "./headers.js";
import { DECLINED } from "./payment-examples.js";

/** The schema of every error, as `src/rpc/interceptors/error-body.ts` writes it. */
export function errorSchema(): JsonObject {
  return {
    type: "object",
    description: "Every failure, whatever went wrong.",
    required: ["error"],
    properties: {
      error: {
        type: "object",
        required: ["type", "code", "message", "request_id"],
        properties: {
          type: {
            type: "string",
            enum: [...new Set(ALL.map(({ type }) => type))],
            description: TYPES,
          },
          code: described(
            `A stable word for programs; new ones may be added.\n\n${ALL.map(line).join("\n")}`,
          ),
          decline_code: described("Why a charge was declined, with the code `card_declined`."),
          payment_intent: {
            type: "object",
            description: "The payment that was declined, with the code `card_declined`.",
          },
          param: described("The first field that is wrong. Absent where none is."),
          message: described("A sentence for people. It may change."),
          request_id: described("Id of the request, as in the header `Request-Id`."),
        },
      },
    },
  };
}

function described(description: string): JsonObject {
  return { type: "string", description };
}

/** The failures that operations refer to. */
export function errorResponses(): JsonObject {
  return {
    Refused: response("The request is refused as it is: `code` says why, `param` which field is wrong.", {
      type: "invalid_request_error",
      code: "parameter_missing",
      param: "line_items[0].price_data.currency",
      message: "Missing required parameter: line_items[0].price_data.currency.",
    }),
    Unauthorized: response("The request carries no valid API key.", {
      type: "invalid_request_error",
      code: "api_key_invalid",
      message: "Invalid API key.",
    }),
    Declined: response(
      "The card was declined: `decline_code` says why. The payment stays, and can be confirmed again.",
      {
        type: "card_error",
        code: "card_declined",
        decline_code: "generic_decline",
        payment_intent: DECLINED,
        message: "The card was declined.",
      },
    ),
    NotFound: response("The key's merchant has no such object in the key's mode.", {
      type: "invalid_request_error",
      code: "resource_missing",
      param: "id",
      message: "No such checkout session: cs_abc123.",
    }),
    Conflict: response("A call with this `Idempotency-Key` is still under way. Try again.", {
      type: "idempotency_error",
      code: "idempotency_key_in_use",
      message: "A request with this Idempotency-Key is still under way. Try again.",
    }),
    Failure: response("Any other failure, such as a body that is too large, or an error of ours.", {
      type: "api_error",
      code: "internal_error",
      message: "Something went wrong on our side (req_abc123).",
    }),
  };
}

const TYPES = "Who has to act: for an `api_error` we do, for the others the caller does.";

interface Row extends ErrorWords {
  readonly status: number;
}

function rowOf({ type, code, meaning }: ErrorWords, status: number): Row {
  return { type, code, meaning, status };
}

/** In the order of `docs/errors.md`; general errors only where their code is not listed already. */
const ALL: readonly Row[] = withGeneral([
  ...Object.values(REFUSALS).map((words) => rowOf(words, httpStatusOfRefusal(words))),
  ...Object.entries(REQUEST_ERRORS).map(([reason, words]) =>
    rowOf(words, statusOfReason(reason as RoutingReason)),
  ),
  ...Object.values(WEB_ERRORS)
    .filter(({ code }) => code !== "callback_refused") // It answers the gateway, which calls another address.
    .map((words) => rowOf(words, words.status)),
]);

function withGeneral(rows: Row[]): Row[] {
  const codes = new Set(rows.map(({ code }) => code));
  for (const [grpc, words] of Object.entries(STATUS_ERRORS)) {
    if (!codes.has(words.code)) rows.push(rowOf(words, httpStatusOf(Number(grpc))));
    codes.add(words.code);
  }
  return rows;
}

function line({ code, status, meaning }: Row): string {
  return `- \`${code}\` (${status}): ${meaning}`;
}

function response(description: string, error: JsonObject): JsonObject {
  const schema = { $ref: "#/components/schemas/Error" };
  const example = { error: { ...error, request_id: "req_abc123" } };
  return { description, headers: REQUEST_ID, content: { "application/json": { schema, example } } };
}
