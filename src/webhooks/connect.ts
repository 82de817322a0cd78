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

/**
 * Has the library find 103 on the socket where the host sends `100 Continue`: at a 100 that nobody asked for it ends
 * the connection, while HTTP has a client skip every interim answer (RFC 9110, 15.2). Returns what to call before each
 * request.
 */
export function skipContinue(socket: Socket): () => void {
  const answers = new AnswerHeads();
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (chunk instanceof Buffer) answers.pass(chunk);
    return chunk;
  };
  return () => answers.begin();
}

const [LF, CR, ZERO, ONE, THREE] = Buffer.from("\n\r013");

/** Where the status begins in `HTTP/1.1 100`. */
const STATUS_AT = 9;

/** Follows the bytes of interim answers, however they are cut, up to the first byte of another status. */
class AnswerHeads {
  /** How many bytes of a status line have come. Undefined: the answer has begun, and is not looked at. */
  #statusBytes: number | undefined;
  /** Whether the status, as far as it has come, is 100. */
  #isContinue = true;
  #lineIsEmpty = false;

  begin(): void {
    this.#statusBytes = 0;
    this.#isContinue = true;
    this.#lineIsEmpty = false;
  }

  pass(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.#statusBytes !== undefined; at++) this.#take(chunk, at);
  }

  #take(chunk: Buffer, at: number): void {
    const place = (this.#statusBytes ?? 0) - STATUS_AT;
    const byte = chunk[at];
    if (place === 3) return this.#skip(byte);
    if (place === 0 && byte !== ONE) this.#statusBytes = undefined;
    else this.#statusBytes = place + STATUS_AT + 1;
    if (place > 0) this.#isContinue &&= byte === ZERO;
    if (place === 2 && this.#isContinue) chunk[at] = THREE ?? 0;
  }

  /** The rest of an interim answer ends with an empty line. */
  #skip(byte: number | undefined): void {
    if (byte === LF && this.#lineIsEmpty) this.begin();
    else if (byte !== CR) this.#lineIsEmpty = byte === LF;
  }
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
