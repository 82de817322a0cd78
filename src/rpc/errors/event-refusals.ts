import { Code } from "@connectrpc/connect";

import { ofType } from "./refusal-row.js";

const invalid = ofType("invalid_request_error");

/** The reasons of refusals about events and webhooks. */
export const EVENT_REFUSALS = {
  EVENT_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such event in the key's mode, or has it no longer.",
  ),
  EVENTS_NOT_KEPT: invalid(
    Code.OutOfRange,
    "events_not_kept",
    "Events after this sequence are no longer kept. `GET /v1/events` lists those that are.",
  ),
  TOO_MANY_STREAMS: invalid(
    Code.ResourceExhausted,
    "too_many_streams",
    "The merchant, or this server, has as many event streams open as it may have.",
  ),
  WEBHOOK_URL_REFUSED: invalid(
    Code.InvalidArgument,
    "webhook_url_refused",
    "Events are not posted to this URL: see the message.",
  ),
  WEBHOOK_ENDPOINT_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such webhook endpoint in the key's mode.",
  ),
  WEBHOOK_ENDPOINT_DISABLED: invalid(
    Code.FailedPrecondition,
    "webhook_endpoint_disabled",
    "The webhook endpoint is disabled or deleted: nothing is sent to it.",
  ),
  TOO_MANY_WEBHOOK_ENDPOINTS: invalid(
    Code.FailedPrecondition,
    "too_many_webhook_endpoints",
    "The merchant has as many webhook endpoints in this mode as it may have.",
  ),
  WEBHOOK_DELIVERY_NOT_FOUND: invalid(
    Code.NotFound,
    "resource_missing",
    "The key's merchant has no such webhook delivery in the key's mode.",
  ),
};
