import { isPublicHost } from "../lib/public-host.js";

/**
 * Why the gateway could not bring results to a service at `publicUrl`; undefined where it could. The gateway
 * in the internet reaches public hosts only, and demands TLS of them; one on this machine or in this network,
 * as tests have it, reaches what is there as well.
 */
export function callbackProblem(publicUrl: string, gatewayUrl: string): string | undefined {
  if (!isPublicHost(new URL(gatewayUrl).hostname)) return undefined;
  const { protocol, hostname } = new URL(publicUrl);
  if (!isPublicHost(hostname)) return `the gateway cannot reach PUBLIC_URL, which is ${publicUrl}`;
  return protocol === "https:" ? undefined : `PUBLIC_URL is not https: ${publicUrl}`;
}
