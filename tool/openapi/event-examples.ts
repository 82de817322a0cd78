import type { JsonObject } from "@bufbuild/protobuf";

/** The event of a session that is paid. */
export function eventOf(session: JsonObject): JsonObject {
  return {
    id: "evt_0demo",
    object: "event",
    type: "checkout.session.completed",
    created: 1_718_000_000,
    livemode: true,
    data: { object: session },
    request: null,
    pending_webhooks: 1,
    api_version: "v1",
    sequence: 42,
  };
}

/** An address that events are posted to. */
export const ENDPOINT = {
  id: "we_0demo",
  object: "webhook_endpoint",
  url: "http://localhost:3000/webhooks",
  enabled_events: ["checkout.session.completed", "refund.*"],
  description: null,
  metadata: {},
  status: "enabled",
  disabled_reason: null,
  failing_since: null,
  secret: null,
  previous_secret_expires_at: null,
  created: 1_718_000_000,
  livemode: true,
  api_version: "v1",
};

/** The answers that show its secret. */
export const ENDPOINT_WITH_SECRET = {
  ...ENDPOINT,
  secret: "whsec_c2VjcmV0IG9mIGFuIGV4YW1wbGUgYW5kIG5vdCBvZiB5b3Vycw==",
};

/** The event that a test sends. */
export const TEST_EVENT = {
  ...eventOf({}),
  type: "webhook_endpoint.test",
  data: { object: ENDPOINT },
  request: { id: "req_pqr901", idempotency_key: null },
  pending_webhooks: 1,
  sequence: null,
};

/** An event on its way. */
export const DELIVERY = {
  id: "wd_0demo",
  object: "webhook_delivery",
  event: "evt_0demo",
  event_type: "checkout.session.completed",
  webhook_endpoint: "we_0demo",
  status: "pending",
  attempt_count: 1,
  next_attempt_at: 1_718_000_305,
  attempts: [
    {
      created: 1_718_000_000,
      duration_ms: 87,
      http_status: 503,
      error: "The endpoint answered 503.",
      response_body: "try later",
    },
  ],
  created: 1_718_000_000,
  livemode: true,
};
