import type { CheckoutContext } from "../checkout/context.js";
import { openSigningSecrets } from "../checkout/webhooks/webhook-secret.js";
import { mayBeLocal, webhookUrlProblem } from "../checkout/webhooks/webhook-url.js";
import { ATTEMPT_TEXT_MAX, type WebhookAttemptRow } from "../db/tables/webhook-attempts.js";
import type { WebhookDeliveryRow } from "../db/tables/webhook-deliveries.js";
import type { WebhookEndpointRow } from "../db/tables/webhook-endpoints.js";
import { toSeconds } from "../lib/clock.js";
import { newId } from "../lib/ids.js";
import { memoize } from "../lib/memoize.js";
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
export type MakeAttempt = (leased: LeasedDelivery, signal: AbortSignal) => Promise<MadeAttempt>;

type AttemptParts = Pick<CheckoutContext, "clock" | "sealer" | "webhookHosts">;

/** Makes attempts. What is the same for all deliveries to an endpoint that were leased together is found out once. */
export function createAttempts(checkout: AttemptParts, poster: WebhookPoster): MakeAttempt {
  const targetOf = memoize((endpoint: WebhookEndpointRow) => readTarget(checkout, endpoint));
  return async ({ delivery, endpoint }, signal) => {
    const now = checkout.clock.now();
    const answer = await post(poster, targetOf(endpoint), delivery, now, signal);
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
  };
}

/** Where the events of an endpoint go. */
interface Target {
  readonly url: string;
  /** Why they cannot; undefined if they can. */
  readonly problem: string | undefined;
  /** Whether addresses of this machine and network are allowed. */
  readonly local: boolean;
  readonly secretsAt: (now: number) => readonly string[];
}

function readTarget(checkout: AttemptParts, endpoint: WebhookEndpointRow): Target {
  const { url, livemode } = endpoint;
  return {
    url,
    problem: webhookUrlProblem(url, livemode),
    local: mayBeLocal(checkout, livemode),
    secretsAt: openSigningSecrets(checkout, endpoint),
  };
}

async function post(
  poster: WebhookPoster,
  { url, problem, local, secretsAt }: Target,
  { eventId, body }: WebhookDeliveryRow,
  now: number,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  if (problem !== undefined) {
    const failure = `events cannot be posted there: ${problem}`;
    return { durationMs: 0, status: undefined, body: undefined, retryAfter: undefined, failure };
  }
  const signatures = signatureHeaders(eventId, body, secretsAt(now), toSeconds(now));
  return await poster.post({ url, headers: { ...HEADERS, ...signatures }, body, local }, signal);
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
