import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";

import { addressesOf, checkAddress, type ResolveHost } from "../lib/hosts/host-addresses.js";
import { createCache } from "../lib/cache.js";
import { bareHost } from "../lib/hosts/public-host.js";
import { memoize } from "../lib/memoize.js";
import { failureInWords } from "./failure-words.js";
import { closeUnasked } from "./kept-connections.js";

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
  const targets = {
    open: targetsFor(agents.open, lookupAllowed(resolve, false), false),
    local: targetsFor(agents.local, lookupAllowed(resolve, true), true),
  };
  return {
    async post(request, signal) {
      const began = performance.now();
      const exchange = new Exchange(request, request.local ? targets.local : targets.open);
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
    http: closeUnasked(new http.Agent(options)),
    // Said here, since a variable of the environment would otherwise turn the check of certificates off.
    https: closeUnasked(
      new https.Agent({ ...options, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) }),
    ),
  };
}

/** How a request to a URL is made: all that is the same for each. */
interface Target {
  readonly secure: boolean;
  readonly host: string;
  readonly options: https.RequestOptions;
}

/** Finds out how requests to a URL are made, once for each URL. Throws a HostRefused if none may be. */
function targetsFor(agents: Agents, lookup: LookupFunction, local: boolean): (url: string) => Target {
  const known = createCache<string, Target>({ max: TARGETS_KEPT_MAX });
  return (url) => {
    const found = known.get(url);
    if (found !== undefined) return found;
    const { protocol, hostname, host, port, pathname, search } = new URL(url);
    const secure = protocol === "https:";
    const bare = bareHost(hostname);
    // Node connects to an address without looking it up.
    if (isIP(bare) !== 0) checkAddress(hostname, local);
    const agent = secure ? agents.https : agents.http;
    const place = { hostname: bare, port: port === "" ? undefined : Number(port), path: pathname + search };
    const target = { secure, host, options: { method: "POST", agent, lookup, ...place } };
    known.set(url, target);
    return target;
  };
}

/** Each takes a kilobyte or so. */
const TARGETS_KEPT_MAX = 2_000;

type Outcome = Omit<WebhookAnswer, "durationMs">;

/** One request with its answer, and once more where a kept connection turns out to be closed. */
class Exchange {
  readonly #request: WebhookRequest;
  readonly #targetOf: (url: string) => Target;
  #running: ClientRequest | undefined;
  #end: (outcome: Outcome) => void = () => undefined;
  #answered: { readonly message: IncomingMessage; readonly chunks: Buffer[] } | undefined;

  constructor(request: WebhookRequest, targetOf: (url: string) => Target) {
    this.#request = request;
    this.#targetOf = targetOf;
  }

  async run(timeLimitMs: number, signal: AbortSignal): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve) => (this.#end = resolve));
    const late = setTimeout(
      () => this.#giveUp(`no answer within ${timeLimitMs / 1000} seconds`),
      timeLimitMs,
    );
    const stoppable = stoppableBy(signal).add(this);
    this.#send(true);
    const known = await outcome;
    clearTimeout(late);
    stoppable.delete(this);
    return known;
  }

  stop(): void {
    this.#giveUp("the attempt was broken off");
  }

  #send(mayRepeat: boolean): void {
    try {
      this.#start(this.#targetOf(this.#request.url), mayRepeat);
    } catch (error) {
      this.#fail(error);
    }
  }

  #start({ secure, host, options }: Target, mayRepeat: boolean): void {
    const { headers, body } = this.#request;
    // As a list Node writes them as they are; each by itself would cost a check and an object.
    const list = ["host", host, "content-length", String(body.length), ...Object.entries(headers).flat()];
    const all = { ...options, headers: list };
    const running = secure ? https.request(all) : http.request(all);
    this.#running = running;
    running.on("response", (message) => this.#read(message));
    running.on("error", (error: NodeJS.ErrnoException) => {
      // The other side has closed a kept connection just when it was used again: the request was not seen.
      const closed = running.reusedSocket && ["ECONNRESET", "EPIPE"].includes(error.code ?? "");
      if (closed && mayRepeat && this.#answered === undefined) this.#send(false);
      else this.#fail(error);
    });
    // As text of one byte a character it goes out together with the headers, in one write.
    running.end(body.toString("latin1"), "latin1");
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
    this.#end({ status: undefined, body: undefined, retryAfter: undefined, failure: failureInWords(error) });
  }
}

/** The exchanges that a signal ends: one listener for all, since one for each would cost as much as a signature. */
const stoppableBy = memoize((signal: AbortSignal) => {
  const running = new Set<Exchange>();
  signal.addEventListener("abort", () => {
    for (const exchange of running) exchange.stop();
  });
  return running;
});

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
