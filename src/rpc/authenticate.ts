import type { Interceptor } from "@connectrpc/connect";

import type { ApiKeyRow } from "../db/api-keys.js";
import { hashApiKey } from "../domain/api-key.js";
import { Refusal } from "../domain/refusal.js";
import { setCaller } from "./call-context.js";
import { isOpen } from "./open-services.js";

/** Finds a stored key by the SHA-256 hash of its text, in lower-case hex. */
export type FindKey = (hash: string) => Promise<ApiKeyRow | undefined>;

/**
 * Demands `authorization: Bearer sk_...` of every call and notes whose it is; the open services are for everybody.
 *
 * The key is looked up by its hash: what an attacker could learn from timing is about hashes, of which one cannot be
 * steered towards another.
 */
export function authenticate(findKey: FindKey, testMode: boolean): Interceptor {
  return (next) => async (request) => {
    if (isOpen(request.service)) return await next(request);
    const key = valid(await findKey(hashApiKey(bearerToken(request.header.get("authorization")))));
    if (!key.livemode && !testMode) {
      throw new Refusal("TEST_MODE_OFF", "Test keys do not work here: this server runs without the sandbox.");
    }
    setCaller(request.contextValues, { merchantId: key.merchantId, livemode: key.livemode });
    return await next(request);
  };
}

function valid(key: ApiKeyRow | undefined): ApiKeyRow {
  if (key === undefined) throw new Refusal("API_KEY_UNKNOWN", "Invalid API key.");
  if (key.revokedAt !== null) throw new Refusal("API_KEY_REVOKED", "This API key was revoked.");
  return key;
}

function bearerToken(header: string | null): string {
  const match = /^bearer +(\S+)$/i.exec(header?.trim() ?? "");
  if (match?.[1] === undefined) {
    throw new Refusal(
      "API_KEY_MISSING",
      "You did not provide an API key: send `Authorization: Bearer sk_...`.",
    );
  }
  return match[1];
}
