import type { Registry as Metrics } from "prom-client";

import { callbackProblem } from "../cardstream/callback-reachability.js";
import { createDirectClient } from "../cardstream/gateway-client.js";
import { createGatewayBreaker } from "../cardstream/gateway-breaker.js";
import { createInquiry } from "../cardstream/inquiry.js";
import { createTransactionSearch } from "../cardstream/transaction-search.js";
import { createCheckoutMetrics } from "../checkout/checkout-metrics.js";
import type { CheckoutContext, CheckoutPoint } from "../checkout/context.js";
import { createEventFeed, FEED_TIMES, type FeedTimes } from "../checkout/event-feed.js";
import { createReadiness } from "../checkout/readiness.js";
import { createReconciliationMetrics } from "../checkout/reconciliation-metrics.js";
import { type Config, publicUrlOf } from "./config.js";
import type { SharedClock } from "../lib/clock.js";
import { resolveHost, type ResolveHost } from "../lib/hosts/host-addresses.js";
import type { Log } from "../lib/log.js";
import type { Store } from "./store.js";

/** The parts of a checkout context. */
export interface CheckoutContextParts {
  readonly store: Store;
  /** Replaces the database's clock, in tests. */
  readonly clock?: (database: SharedClock) => SharedClock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly checkpoint?: (point: CheckoutPoint) => Promise<void>;
  readonly feedTimes?: FeedTimes;
  /** Replaces the name servers, in tests. */
  readonly resolve?: ResolveHost;
  /** The public port; known only once it is open, and not read before. */
  readonly port: () => number;
}

/** Path of this process's sandbox gateway below the public URL. */
export const SANDBOX_PATH = "/sandbox";

/** Creates the context of all use cases, for the service and for the operator's commands. */
export function createCheckoutContext(config: Config, parts: CheckoutContextParts): CheckoutContext {
  const direct = createDirectClient();
  const { clock } = parts.store.db;
  return {
    ...parts.store,
    clock: parts.clock?.(clock) ?? clock,
    log: parts.log,
    testMode: config.sandbox,
    authorizationDays: config.authorizationDays,
    cause: null,
    webhookHosts: {
      resolve: parts.resolve ?? resolveHost,
      privateAddresses: config.webhookPrivateAddresses,
    },
    checkpoint: parts.checkpoint ?? (() => Promise.resolve()),
    readiness: createReadiness(parts.store.db, parts.log),
    feed: createEventFeed(parts.store.db, parts.log, parts.feedTimes ?? FEED_TIMES),
    direct,
    breaker: createGatewayBreaker(),
    inquiry: createInquiry(direct, createTransactionSearch()),
    reconciliation: createReconciliationMetrics(parts.metrics, parts.store.db),
    metrics: createCheckoutMetrics(parts.metrics, parts.store.db),
    addresses: createAddresses(config, parts.port),
  };
}

function createAddresses(config: Config, port: () => number): CheckoutContext["addresses"] {
  let found: { readonly publicUrl: string; readonly problem: string | undefined } | undefined;
  return {
    get publicUrl() {
      return publicUrlOf(config, port());
    },
    get hppUrl() {
      return config.hppUrl ?? this.publicUrl;
    },
    gatewayUrl: config.cardstreamUrl,
    get callbackProblem() {
      const { publicUrl } = this;
      // Kept for as long as the port is the same: each pay page asks three times, and URLs take long to parse.
      if (found?.publicUrl !== publicUrl)
        found = { publicUrl, problem: callbackProblem(publicUrl, config.cardstreamUrl) };
      return found.problem;
    },
    get sandboxUrl() {
      return config.sandboxUrl ?? `${this.publicUrl}${SANDBOX_PATH}`;
    },
  };
}
