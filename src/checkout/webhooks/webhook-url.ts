import { Refusal } from "../../domain/refusal.js";
import { addressesOf, HostRefused } from "../../lib/hosts/host-addresses.js";
import type { CheckoutContext } from "../context.js";
import { parseUrl } from "../../lib/hosts/parse-url.js";

/** Where events may be posted. */
export type WebhookUrlParts = Pick<CheckoutContext, "webhookHosts">;

/**
 * Checks a URL that events are to be posted to, also that its host has addresses and that all are public. Throws a
 * Refusal naming `url` that says why not.
 */
export async function checkWebhookUrl(
  { webhookHosts }: WebhookUrlParts,
  livemode: boolean,
  text: string,
): Promise<void> {
  const problem = webhookUrlProblem(text, livemode);
  if (problem !== undefined) throw refused(text, problem);
  try {
    await addressesOf(webhookHosts.resolve, new URL(text).hostname, mayBeLocal({ webhookHosts }, livemode));
  } catch (error) {
    if (error instanceof HostRefused) throw refused(text, error.message);
    throw error;
  }
}

/** Whether addresses of this machine and network are allowed: in test mode, where the operator allows it. */
export function mayBeLocal({ webhookHosts }: WebhookUrlParts, livemode: boolean): boolean {
  return !livemode && webhookHosts.privateAddresses;
}

/** What is wrong with a URL by its form alone; undefined if nothing is. */
export function webhookUrlProblem(text: string, livemode: boolean): string | undefined {
  const url = parseUrl(text);
  if (url === undefined) return "it is no absolute URL";
  const { protocol, username, password, port, hash } = url;
  if (protocol !== "https:" && (livemode || protocol !== "http:"))
    return livemode ? "it must begin with https://" : "it must begin with https:// or http://";
  if (username !== "" || password !== "") return "it must not have a user or password";
  if (hash !== "" || text.includes("#")) return "it must not have a fragment (#), which is never sent";
  const number = Number(port);
  const usual = port === "" || number >= FIRST_FREE_PORT || (number === 443 && protocol === "http:");
  if (usual || (protocol === "https:" && !livemode && number === 80)) return undefined;
  return `its port must be ${livemode ? "443" : "443, 80"} or at least ${FIRST_FREE_PORT}`;
}

/** Ports below belong to services of the system, such as mail, which are no receivers of events. */
const FIRST_FREE_PORT = 1024;

function refused(url: string, problem: string): Refusal {
  return new Refusal("WEBHOOK_URL_REFUSED", `Events cannot be posted to ${url}: ${problem}.`, "url");
}
