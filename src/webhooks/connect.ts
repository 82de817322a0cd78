import net, { isIP, type LookupFunction, type Socket } from "node:net";
import tls from "node:tls";

import { addressesOf, checkAddress, type ResolveHost } from "../lib/hosts/host-addresses.js";
import { bareHost } from "../lib/hosts/public-host.js";

/** What connections are opened with. */
export interface ConnectParts {
  readonly resolve: ResolveHost;
  /** Certificates to trust beside those of the machine. */
  readonly ca?: string | Buffer;
}

/** Opens a connection to a scheme, host and port. `done` is called once, unless it is destroyed before. */
export type Connect = (origin: string, done: (error: Error | null, socket: Socket) => void) => Socket;

/**
 * Makes what opens connections: the address that is looked at is the one connected to. With `local` addresses of this
 * machine and of private networks are allowed. A literal address that is not allowed throws a HostRefused.
 */
export function createConnect({ resolve, ca }: ConnectParts, local: boolean): Connect {
  const lookup = lookupAllowed(resolve, local);
  // Said here, since a variable of the environment would otherwise turn the check of certificates off.
  const security = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
  return (origin, done) => {
    const { protocol, hostname, port } = new URL(origin);
    const host = bareHost(hostname);
    const isAddress = isIP(host) !== 0;
    // Node connects to an address without looking it up.
    if (isAddress) checkAddress(hostname, local);
    const secure = protocol === "https:";
    const place = { host, port: Number(port || (secure ? 443 : 80)), lookup };
    const socket = secure
      ? tls.connect({ ...place, ...security, ...(isAddress ? {} : { servername: host }) })
      : net.connect(place);
    const failed = (error: Error): void => done(error, socket);
    socket.once("error", failed);
    socket.once(secure ? "secureConnect" : "connect", () => {
      socket.off("error", failed);
      done(null, socket);
    });
    return socket.setNoDelay(true);
  };
}

/** Finds the addresses to connect to. */
function lookupAllowed(resolve: ResolveHost, local: boolean): LookupFunction {
  return (hostname, options, callback) => void look(resolve, hostname, local, options.all === true, callback);
}

async function look(
  resolve: ResolveHost,
  hostname: string,
  local: boolean,
  all: boolean,
  callback: Parameters<LookupFunction>[2],
): Promise<void> {
  let addresses: readonly string[];
  try {
    addresses = await addressesOf(resolve, hostname, local);
  } catch (error) {
    return callback(error instanceof Error ? error : new Error(String(error)), "");
  }
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  if (all) callback(null, found);
  else callback(null, found[0]?.address ?? "", found[0]?.family ?? 0);
}
