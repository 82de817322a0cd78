import { isPublicHost } from "../lib/hosts/public-host.js";

/**
 * Why the gateway cannot reach a service at `publicUrl`; undefined if it can. The public gateway reaches
 * public hosts only, and demands TLS; a gateway on this machine or network, as in tests, also reaches its
 * neighbours.
 */
export function callbackProblem(publicUrl: string, gatewayUrl: string): string | undefined {
  if (!isPublicHost(new URL(gatewayUrl).hostname)) return undefined;
  const { protocol, hostname } = new URL(publicUrl);
  if (!isPublicHost(hostname)) return `the gateway cannot reach PUBLIC_URL, which is ${publicUrl}`;
  return protocol === "https:" ? undefined : `PUBLIC_URL is not https: ${publicUrl}`;
}
