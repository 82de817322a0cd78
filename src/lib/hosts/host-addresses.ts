import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";

import { bareHost, isPrivateAddress, isPublicHost } from "./public-host.js";

/** Finds the addresses of a name; with `local` also of this machine's own names. Throws if there are none. */
export type ResolveHost = (hostname: string, local: boolean) => Promise<readonly string[]>;

/** Nothing may be sent to a host. The message says why, for those who gave its name. */
export class HostRefused extends Error {
  override readonly name = "HostRefused";
}

/**
 * Every address of a host as `URL` writes it. Throws a HostRefused if there is none, or if any of them is not on the
 * public internet; with `local` addresses of this machine and of private networks are taken as well.
 */
export async function addressesOf(
  resolve: ResolveHost,
  hostname: string,
  local: boolean,
): Promise<readonly string[]> {
  const host = bareHost(hostname);
  if (isIP(host) !== 0) {
    checkAddress(host, local);
    return [host];
  }
  if (!local && !isPublicHost(host)) throw new HostRefused(`${host} is not a name on the public internet`);
  const addresses = await found(resolve, host, local);
  // Not which address: the names of an inner network are not to be read by trying them.
  if (addresses.every((address) => isAllowed(address, local))) return addresses;
  throw new HostRefused(`${host} has an address that is not on the public internet`);
}

/** Throws a HostRefused for an address that is not on the public internet, as `addressesOf` does. */
export function checkAddress(hostname: string, local: boolean): void {
  const address = bareHost(hostname);
  if (!isAllowed(address, local))
    throw new HostRefused(`${address} is not an address on the public internet`);
}

/** Asks the name servers, and for local names what the machine's own programs ask. */
export const resolveHost: ResolveHost = async (hostname, local) => {
  if (local) return (await lookup(hostname, { all: true })).map(({ address }) => address);
  // Beside the threads that `lookup` would occupy: a name server that does not answer delays nothing else.
  const resolver = new Resolver({ timeout: ANSWERED_WITHIN_MS, tries: 2 });
  const asked = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = asked.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  if (addresses.length > 0) return addresses;
  const [failure] = asked.flatMap((answer) =>
    answer.status === "fulfilled" ? [] : [answer.reason as unknown],
  );
  throw failure instanceof Error ? failure : new Error(`${hostname} has no address`);
};

/** A name server that takes longer is as good as away; a second try is as long. */
const ANSWERED_WITHIN_MS = 2_000;

async function found(resolve: ResolveHost, host: string, local: boolean): Promise<readonly string[]> {
  try {
    const addresses = await resolve(host, local);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    throw new HostRefused(`${host} could not be resolved`, { cause: error });
  }
  throw new HostRefused(`${host} could not be resolved`);
}

function isAllowed(address: string, local: boolean): boolean {
  if (isIP(address) === 0) return false;
  return isPublicHost(address) || (local && isPrivateAddress(address));
}
