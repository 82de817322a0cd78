import { randomBytes } from "node:crypto";

import type { WebhookEndpointRow } from "../../db/tables/webhook-endpoints.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import type { CheckoutContext } from "../context.js";

type Sealing = Pick<CheckoutContext, "sealer">;

/** Makes a secret for the signatures of an endpoint: `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
}

/** As long as the hash that is keyed with it. */
const SECRET_BYTES = 32;

/** Seals a secret of an endpoint. */
export function sealWebhookSecret({ sealer }: Sealing, scope: MerchantScope, secret: string): Buffer {
  return sealer.seal(secret, sealScope(scope));
}

/** The secret of an endpoint. */
export function openWebhookSecret({ sealer }: Sealing, endpoint: WebhookEndpointRow): string {
  return sealer.open(endpoint.secretSealed, sealScope(endpoint));
}

/**
 * The secrets that an endpoint has had before, once its own takes its place among them until then: each counts until
 * its own time, so that no roll ends the overlap that another one has promised. Without an overlap none counts.
 */
export function previousSecrets(
  { sealer }: Sealing,
  endpoint: WebhookEndpointRow,
  { now, until }: { readonly now: number; readonly until: number },
): Pick<WebhookEndpointRow, "previousSecretSealed" | "previousSecretUntil"> {
  if (until <= now) return { previousSecretSealed: null, previousSecretUntil: null };
  const own = { secret: openWebhookSecret({ sealer }, endpoint), until };
  const valid = openPrevious({ sealer }, endpoint).filter((one) => now < one.until);
  const kept = [own, ...valid].slice(0, PREVIOUS_MAX);
  const text = kept.map((one) => `${one.secret} ${one.until}`).join("\n");
  return {
    previousSecretSealed: sealWebhookSecret({ sealer }, endpoint, text),
    previousSecretUntil: Math.max(...kept.map((one) => one.until)),
  };
}

/** A call whose answer was lost and that is made again rolls once more: so often a receiver may not know of it. */
const PREVIOUS_MAX = 4;

/**
 * Opens the secrets that requests to an endpoint are signed with. Answers those that count at a time: the newest first,
 * and after a roll those before.
 */
export function openSigningSecrets(
  { sealer }: Sealing,
  endpoint: WebhookEndpointRow,
): (now: number) => readonly string[] {
  const newest = openWebhookSecret({ sealer }, endpoint);
  const previous = openPrevious({ sealer }, endpoint);
  if (previous.length === 0) {
    const one = [newest];
    return () => one;
  }
  return (now) => [newest, ...previous.flatMap(({ secret, until }) => (now < until ? [secret] : []))];
}

/** A line holds a secret and its time; one from before there were several holds the secret alone. */
function openPrevious(
  { sealer }: Sealing,
  endpoint: WebhookEndpointRow,
): readonly { readonly secret: string; readonly until: number }[] {
  const { previousSecretSealed: sealed, previousSecretUntil: last } = endpoint;
  if (sealed === null || last === null) return [];
  const lines = sealer.open(sealed, sealScope(endpoint)).split("\n");
  return lines.map((line) => {
    const [secret = "", until = last] = line.split(" ");
    return { secret, until: Number(until) };
  });
}

function sealScope({ merchantId, livemode }: MerchantScope) {
  return { merchantId, livemode, purpose: "webhook-secret" } as const;
}
