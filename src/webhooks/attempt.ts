import type { CheckoutContext } from "../checkout/context.js";
import { signingSecrets } from "../checkout/webhooks/webhook-secret.js";
import { mayBeLocal, webhookUrlProblem } from "../checkout/webhooks/webhook-url.js";
import { ATTEMPT_TEXT_MAX, type WebhookAttemptRow } from "../db/tables/webhook-attempts.js";
import type { WebhookDeliveryRow } from "../db/tables/webhook-deliveries.js";
import type { WebhookEndpointRow } from "../db/tables/webhook-endpoints.js";
import { toSeconds } from "../lib/clock.js";
import { newId } from "../lib/ids.js";
import type { WebhookAnswer, WebhookPoster } from "./post.js";
import { readRetryAfter } from "./schedule.js";
import { signatureHeaders } from "./sign.js";

/** A leased delivery, and where it goes. */
export interface LeasedDelivery {
  readonly delivery: WebhookDeliveryRow;
  readonly endpoint: WebhookEndpointRow;
}

/** An attempt that was made, and what follows from it. */
export interface MadeAttempt extends LeasedDelivery {
  readonly attempt: WebhookAttemptRow;
  readonly received: boolean;
  /** The endpoint answered 410: it wants nothing more. */
  readonly gone: boolean;
  /** How long the endpoint wants to be left alone. */
  readonly retryAfterMs: number | undefined;
}

/** Posts an event to its endpoint once, signed with the attempt's time. */
export async function makeAttempt(
  checkout: Pick<CheckoutContext, "clock" | "sealer" | "webhookHosts">,
  poster: WebhookPoster,
  { delivery, endpoint }: LeasedDelivery,
  signal: AbortSignal,
): Promise<MadeAttempt> {
  const now = checkout.clock.now();
  const answer = await post(checkout, poster, { delivery, endpoint }, now, signal);
  const received = answer.status !== undefined && answer.status >= 200 && answer.status < 300;
  const attempt: WebhookAttemptRow = {
    id: newId("wa", now),
    deliveryId: delivery.id,
    createdAt: now,
    durationMs: answer.durationMs,
    httpStatus: answer.status ?? null,
    error: received ? null : (answer.failure ?? inWords(answer.status)).slice(0, ATTEMPT_TEXT_MAX.error),
    responseBody: answer.body === undefined ? null : textOf(answer.body),
  };
  const retryAfterMs = readRetryAfter(answer.retryAfter, now);
  return { delivery, endpoint, attempt, received, gone: answer.status === 410, retryAfterMs };
}

async function post(
  checkout: Pick<CheckoutContext, "sealer" | "webhookHosts">,
  poster: WebhookPoster,
  { delivery, endpoint }: LeasedDelivery,
  now: number,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const { url, livemode } = endpoint;
  const problem = webhookUrlProblem(url, livemode);
  if (problem !== undefined) {
    const failure = `events cannot be posted there: ${problem}`;
    return { durationMs: 0, status: undefined, body: undefined, retryAfter: undefined, failure };
  }
  const { eventId, body } = delivery;
  const signatures = signatureHeaders(eventId, body, signingSecrets(checkout, endpoint, now), toSeconds(now));
  const headers = { ...HEADERS, ...signatures };
  return await poster.post({ url, headers, body, local: mayBeLocal(checkout, livemode) }, signal);
}

const HEADERS = {
  accept: "*/*",
  "content-type": "application/json",
  "user-agent": "CalmonyPay/1.0 (+webhooks)",
} as const;

function inWords(status: number | undefined): string {
  const redirect = status !== undefined && status >= 300 && status < 400;
  return `the answer has the status ${status}${redirect ? ": redirects are not followed" : ""}`;
}

/** What is no text is marked as such; a column holds no character that its engine refuses. */
function textOf(body: Buffer): string {
  return body.toString("utf8").replaceAll("\0", "\uFFFD").slice(0, ATTEMPT_TEXT_MAX.responseBody);
}
