import { createCache } from "../lib/cache.js";
import { type ConnectParts, createConnect } from "./connect.js";
import { Exchange, type Outcome, type Target } from "./exchange.js";
import type { KeptConnections, PostedContent } from "./kept-connections.js";

/** One request to a webhook endpoint. */
export interface WebhookRequest extends PostedContent {
  readonly url: string;
  /** Whether addresses of this machine and of private networks are allowed. */
  readonly local: boolean;
}

/** What came of a request. */
export interface WebhookAnswer extends Outcome {
  readonly durationMs: number;
}

/** Posts to webhook endpoints. Connections are kept for the next request. */
export interface WebhookPoster {
  /** Never throws for a URL. */
  post(this: void, request: WebhookRequest, signal: AbortSignal): Promise<WebhookAnswer>;
  close(this: void): void;
}

/** What a poster is made of. */
export interface PosterParts extends ConnectParts {
  /** For the whole of an answer. */
  readonly timeLimitMs: number;
}

/** Creates a poster. */
export function createPoster({ timeLimitMs, ...parts }: PosterParts): WebhookPoster {
  let opened: Promise<Targets> | undefined;
  return {
    async post(request, signal) {
      const began = performance.now();
      const { targetOf } = await (opened ??= openTargets(parts));
      const outcome = await new Exchange(targetOf(request), request).run(timeLimitMs, signal);
      return { ...outcome, durationMs: Math.round(performance.now() - began) };
    },
    close: () => void opened?.then(({ close }) => close()),
  };
}

interface Targets {
  targetOf(this: void, request: Pick<WebhookRequest, "url" | "local">): Target;
  close(this: void): void;
}

/** The HTTP client is loaded with the first request: it takes 6 MB, and a start would wait for it. */
async function openTargets(parts: ConnectParts): Promise<Targets> {
  const { KeptConnections } = await import("./kept-connections.js");
  // Apart, since a kept connection is not looked up again: what test mode may reach, live mode must not find open.
  const open = new KeptConnections(createConnect(parts, false));
  const local = new KeptConnections(createConnect(parts, true));
  const targets = { open: targetsOn(open), local: targetsOn(local) };
  return {
    targetOf: (request) => (request.local ? targets.local : targets.open)(request.url),
    close() {
      open.close();
      local.close();
    },
  };
}

/** Reads each URL once. */
function targetsOn(connections: KeptConnections): (url: string) => Target {
  const known = createCache<string, Target>({ max: TARGETS_KEPT_MAX });
  return (url) => {
    const found = known.get(url);
    if (found !== undefined) return found;
    const { origin, pathname, search } = new URL(url);
    const target = { origin, path: pathname + search, connections };
    known.set(url, target);
    return target;
  };
}

/** Each takes a kilobyte or so. */
const TARGETS_KEPT_MAX = 2_000;
