import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";

import { addressesOf, checkAddress, HostRefused, type ResolveHost } from "../lib/hosts/host-addresses.js";
import { bareHost } from "../lib/hosts/public-host.js";

/** One request to a webhook endpoint. */
export interface WebhookRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether addresses of this machine and of private networks are allowed. */
  readonly local: boolean;
}

/** What came of a request. */
export interface WebhookAnswer {
  readonly durationMs: number;
  /** Undefined if no answer came. */
  readonly status: number | undefined;
  /** The beginning of the answer's body; undefined if no answer came. */
  readonly body: Buffer | undefined;
  readonly retryAfter: string | undefined;
  /** Why no answer came, for the endpoint's merchant. */
  readonly failure: string | undefined;
}

/** Posts to webhook endpoints. Connections are kept for the next request. */
export interface WebhookPoster {
  /** Never throws. */
  post(this: void, request: WebhookRequest, signal: AbortSignal): Promise<WebhookAnswer>;
  close(this: void): void;
}

/** What a poster is made of. */
export interface PosterParts {
  readonly resolve: ResolveHost;
  /** For the whole of an answer. */
  readonly timeLimitMs: number;
  /** Certificates to trust beside those of the machine. */
  readonly ca?: string | Buffer;
}

/** The most bytes that are read of an answer: no more is kept. */
const ANSWER_BYTES_MAX = 1024;

/** Beside this many connections without a request, one that becomes free is closed. */
const KEPT_CONNECTIONS_MAX = 256;

/** Creates a poster. */
export function createPoster({ resolve, timeLimitMs, ca }: PosterParts): WebhookPoster {
  // Apart, since a kept connection is not looked up again: what test mode may reach, live mode must not find open.
  const agents = { open: agentsFor(ca), local: agentsFor(ca) };
  return {
    async post(request, signal) {
      const began = performance.now();
      const exchange = new Exchange(request, request.local ? agents.local : agents.open, resolve);
      const answer = await exchange.run(timeLimitMs, signal);
      return { ...answer, durationMs: Math.round(performance.now() - began) };
    },
    close() {
      for (const agent of [...Object.values(agents.open), ...Object.values(agents.local)]) agent.destroy();
    },
  };
}

interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

function agentsFor(ca: PosterParts["ca"]): Agents {
  const options = { keepAlive: true, maxFreeSockets: KEPT_CONNECTIONS_MAX, scheduling: "lifo" } as const;
  return {
    http: new http.Agent(options),
    https: new https.Agent(ca === undefined ? options : { ...options, ca }),
  };
}

type Outcome = Omit<WebhookAnswer, "durationMs">;

/** One request with its answer, and once more where a kept connection turns out to be closed. */
class Exchange {
  readonly #request: WebhookRequest;
  readonly #agents: Agents;
  readonly #resolve: ResolveHost;
  #running: ClientRequest | undefined;
  #end: (outcome: Outcome) => void = () => undefined;
  #answered: { readonly message: IncomingMessage; readonly chunks: Buffer[] } | undefined;

  constructor(request: WebhookRequest, agents: Agents, resolve: ResolveHost) {
    this.#request = request;
    this.#agents = agents;
    this.#resolve = resolve;
  }

  async run(timeLimitMs: number, signal: AbortSignal): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve) => (this.#end = resolve));
    const late = setTimeout(
      () => this.#giveUp(`no answer within ${timeLimitMs / 1000} seconds`),
      timeLimitMs,
    );
    const stop = (): void => this.#giveUp("the attempt was broken off");
    signal.addEventListener("abort", stop);
    this.#send(true);
    try {
      return await outcome;
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
    }
  }

  #send(mayRepeat: boolean): void {
    try {
      const { url, headers, body, local } = this.#request;
      const target = new URL(url);
      const lookup = lookupAllowed(this.#resolve, local);
      // Node connects to an address without looking it up.
      if (isIP(bareHost(target.hostname)) !== 0) checkAddress(target.hostname, local);
      this.#start(target, { headers, body, lookup }, mayRepeat);
    } catch (error) {
      this.#fail(error);
    }
  }

  #start(
    target: URL,
    { headers, body, lookup }: Pick<WebhookRequest, "headers" | "body"> & { readonly lookup: LookupFunction },
    mayRepeat: boolean,
  ): void {
    const secure = target.protocol === "https:";
    const options = {
      method: "POST",
      agent: secure ? this.#agents.https : this.#agents.http,
      headers: { ...headers, "content-length": String(body.length) },
      lookup,
    };
    const running = secure ? https.request(target, options) : http.request(target, options);
    this.#running = running;
    running.on("response", (message) => this.#read(message));
    running.on("error", (error: NodeJS.ErrnoException) => {
      // The other side has closed a kept connection just when it was used again: the request was not seen.
      const closed = running.reusedSocket && ["ECONNRESET", "EPIPE"].includes(error.code ?? "");
      if (closed && mayRepeat && this.#answered === undefined) this.#send(false);
      else this.#fail(error);
    });
    running.end(body);
  }

  #read(message: IncomingMessage): void {
    const chunks: Buffer[] = [];
    this.#answered = { message, chunks };
    let size = 0;
    message.on("data", (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, ANSWER_BYTES_MAX - size));
      size += chunk.length;
      if (size >= ANSWER_BYTES_MAX) this.#finish();
    });
    message.on("end", () => this.#finish());
    message.on("error", () => this.#finish());
  }

  /** The status has been read, and decides; what is left of the body is not. */
  #finish(): void {
    if (this.#answered === undefined) return;
    const { message, chunks } = this.#answered;
    if (!message.complete) this.#running?.destroy();
    this.#end({
      status: message.statusCode,
      body: Buffer.concat(chunks),
      retryAfter: message.headers["retry-after"],
      failure: undefined,
    });
  }

  #giveUp(failure: string): void {
    if (this.#answered !== undefined) return this.#finish();
    this.#fail(new Error(failure));
    this.#running?.destroy();
  }

  #fail(error: unknown): void {
    if (this.#answered !== undefined) return this.#finish();
    this.#end({ status: undefined, body: undefined, retryAfter: undefined, failure: inWords(error) });
  }
}

/** Finds the addresses to connect to: what was looked at is what is connected to. */
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

/** For the merchant, who sees no more than what a client of that address would. */
function inWords(error: unknown): string {
  if (error instanceof HostRefused) return error.message;
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: "", message: "" };
  const known = WORDS[code ?? ""];
  if (known !== undefined) return known;
  if (code?.startsWith("HPE_")) return "the answer is not HTTP";
  return message === "" ? "the connection failed" : message;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was closed before an answer came",
  EPIPE: "the connection was closed before an answer came",
  EHOSTUNREACH: "the host could not be reached",
  ENETUNREACH: "the host could not be reached",
  ETIMEDOUT: "the host could not be reached in time",
  CERT_HAS_EXPIRED: "the certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is signed by nobody that is trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is signed by nobody that is trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is signed by nobody that is trusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another host",
};
