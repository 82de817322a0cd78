import type { IncomingHttpHeaders } from "node:http";

import { isGatewayId } from "../lib/ids.js";
import type { RegisteredAccount, SandboxContext } from "./protocol/context.js";
import { jsonReply, type Reply, textReply } from "./protocol/reply.js";
import { isEqualInConstantTime } from "../lib/constant-time.js";

/**
 * `PUT <base>/accounts`: a service registers its test accounts, as often as it likes. The bearer token is
 * derived from the secrets key that the two share. A service's own sandbox has no such address, since it
 * knows the accounts.
 */
export async function registerAccounts(
  { registration, log }: SandboxContext,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<Reply> {
  if (registration === undefined) return textReply(404, "No accounts are registered here.");
  const [scheme = "", token = ""] = (headers.authorization ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !isEqualInConstantTime(token, registration.token)) {
    log.warn("sandbox: a registration was refused");
    return textReply(401, "The token is not that of this sandbox: do both have the same SECRETS_KEY?");
  }
  const accounts = readAccounts(body);
  if (accounts === undefined) return textReply(400, "The body is not a list of accounts.");
  await registration.register(accounts);
  log.info({ accounts: accounts.length }, "sandbox: accounts were registered");
  return jsonReply({ registered: accounts.length });
}

function readAccounts(body: Buffer): RegisteredAccount[] | undefined {
  const accounts = (parsed(body) as { accounts?: unknown } | null | undefined)?.accounts;
  if (!Array.isArray(accounts)) return undefined;
  const read = accounts.map(readAccount);
  return read.every((account) => account !== undefined) ? read : undefined;
}

function readAccount(value: unknown): RegisteredAccount | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { merchantID, secret, restToken, merchantName, countryCode } = value as Record<string, unknown>;
  if (typeof merchantID !== "string" || !isGatewayId(merchantID)) return undefined;
  if (typeof secret !== "string" || secret === "") return undefined;
  if (typeof merchantName !== "string" || typeof countryCode !== "string") return undefined;
  if (restToken !== undefined && typeof restToken !== "string") return undefined;
  return { merchantID, secret, restToken, merchantName, countryCode };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined; // Not JSON, so no accounts: the caller gets an error.
  }
}
