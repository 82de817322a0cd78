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
 * Opens the secrets that requests to an endpoint are signed with. Answers those that count at a time: the newest first,
 * and while one is rolled the one before.
 */
export function openSigningSecrets(
  { sealer }: Sealing,
  endpoint: WebhookEndpointRow,
): (now: number) => readonly string[] {
  const { previousSecretSealed: previous, previousSecretUntil: until } = endpoint;
  const one = [openWebhookSecret({ sealer }, endpoint)];
  if (previous === null || until === null) return () => one;
  const both = [...one, sealer.open(previous, sealScope(endpoint))];
  return (now) => (now < until ? both : one);
}

function sealScope({ merchantId, livemode }: MerchantScope) {
  return { merchantId, livemode, purpose: "webhook-secret" } as const;
}
