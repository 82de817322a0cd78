import { lockMerchant } from "../../db/tables/merchants.js";
import {
  findWebhookEndpoint,
  insertWebhookEndpoint,
  listAllWebhookEndpoints,
  type WebhookEndpointRow,
} from "../../db/tables/webhook-endpoints.js";
import type { Run, Tx } from "../../db/transaction.js";
import { mergedMetadata, type Metadata } from "../../domain/metadata.js";
import { EVENT_TYPES, isEventPattern, TEST_EVENT } from "../../domain/event.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import { stoppedAt } from "../../lib/clock.js";
import { newId } from "../../lib/ids.js";
import type { CheckoutContext } from "../context.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { clockOf } from "../test-clock.js";
import { getWebhookEndpoint } from "./get-webhook-endpoint.js";
import { newWebhookSecret, sealWebhookSecret } from "./webhook-secret.js";
import { checkWebhookUrl } from "./webhook-url.js";

/** The endpoint to create. */
export interface NewWebhookEndpoint {
  readonly url: string;
  readonly enabledEvents: readonly string[];
  readonly description: string;
  readonly metadata: Metadata;
}

/** An endpoint as a call answers it; `replayed` if an earlier call with its idempotency key did the work. */
export interface AnsweredWebhookEndpoint {
  readonly endpoint: WebhookEndpointRow;
  readonly replayed: boolean;
}

/** As many as one merchant has addresses for; each event is made into as many deliveries. */
const ENDPOINTS_MAX = 16;

/** Creates a webhook endpoint, once for each idempotency key. */
export async function createWebhookEndpoint(
  checkout: CheckoutContext,
  scope: MerchantScope,
  wanted: NewWebhookEndpoint,
  call: IdempotentCall | undefined,
): Promise<AnsweredWebhookEndpoint> {
  const before = await findPrevious(checkout, scope, call);
  if (before !== undefined) {
    return { endpoint: await getWebhookEndpoint(checkout, scope, before.objectId), replayed: true };
  }
  checkEnabledEvents(wanted.enabledEvents);
  await checkWebhookUrl(checkout, scope.livemode, wanted.url);
  const endpoint = await newEndpoint(checkout, scope, wanted);
  const parts = { db: checkout.db, merchantClock: stoppedAt(endpoint.createdAt) };
  const done = await runIdempotent(parts, scope, call, endpoint.id, (tx, run) => store(tx, run, endpoint));
  if (!done.replayed) return { endpoint, replayed: false };
  return { endpoint: await getWebhookEndpoint(checkout, scope, done.objectId), replayed: true };
}

/** Throws a Refusal that names the first pattern that asks for no type of event, and says which there are. */
export function checkEnabledEvents(patterns: readonly string[]): void {
  const at = patterns.findIndex((pattern) => !isEventPattern(pattern));
  if (at < 0) return;
  const types = EVENT_TYPES.filter((type) => type !== TEST_EVENT).join(", ");
  throw new Refusal(
    "PARAMETER_INVALID",
    `There is no type of event like ${patterns[at]}. There are ${types}, groups of them such as refund.*, and *.`,
    `enabled_events[${at}]`,
  );
}

async function newEndpoint(
  checkout: CheckoutContext,
  { merchantId, livemode }: MerchantScope,
  { url, enabledEvents, description, metadata }: NewWebhookEndpoint,
): Promise<WebhookEndpointRow> {
  const now = (await clockOf(checkout, { merchantId, livemode })).now();
  return {
    id: newId("we", now),
    merchantId,
    livemode,
    url,
    enabledEvents: [...new Set(enabledEvents)],
    description: description === "" ? null : description,
    metadata: mergedMetadata({}, { metadata }),
    disabledReason: null,
    failingSince: null,
    secretSealed: sealWebhookSecret(checkout, { merchantId, livemode }, newWebhookSecret()),
    previousSecretSealed: null,
    previousSecretUntil: null,
    createdAt: now,
    deletedAt: null,
  };
}

/** The merchant's row is locked: of two calls at once only one may create the last endpoint. */
async function store(tx: Tx, { again }: Run, endpoint: WebhookEndpointRow): Promise<void> {
  await lockMerchant(tx, endpoint.merchantId);
  // A COMMIT whose connection is lost has usually succeeded: then the stored row is this call's.
  if (again && (await findWebhookEndpoint(tx, endpoint.id)) !== undefined) return;
  const others = await listAllWebhookEndpoints(tx, endpoint);
  if (others.length >= ENDPOINTS_MAX) {
    throw new Refusal(
      "TOO_MANY_WEBHOOK_ENDPOINTS",
      `A merchant has at most ${ENDPOINTS_MAX} webhook endpoints in each mode. Delete one first.`,
    );
  }
  await insertWebhookEndpoint(tx, endpoint);
}
