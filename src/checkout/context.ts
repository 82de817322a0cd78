import type { DirectClient } from "../cardstream/gateway-client.js";
import type { GatewayBreaker } from "../cardstream/gateway-breaker.js";
import type { Inquiry } from "../cardstream/inquiry.js";
import type { Database } from "../db/engine/database.js";
import type { AuthorizationDays } from "../domain/captures/authorization.js";
import type { SharedClock } from "../lib/clock.js";
import type { ResolveHost } from "../lib/hosts/host-addresses.js";
import type { Log } from "../lib/log.js";
import type { Sealer } from "../lib/seal.js";
import type { EventFeed } from "./event-feed.js";
import type { Readiness } from "./readiness.js";
import type { CheckoutMetrics } from "./checkout-metrics.js";
import type { ReconciliationMetrics } from "./reconciliation-metrics.js";

/** The dependencies of checkout's use cases. Made once, in `app.ts`. */
export interface CheckoutContext {
  readonly db: Database;
  /** The database's clock: docs/decisions/0043-one-clock-the-databases.md says what follows it. */
  readonly clock: SharedClock;
  readonly log: Log;
  readonly sealer: Sealer;
  readonly addresses: Addresses;
  /** Whether test keys are taken, and test payments. */
  readonly testMode: boolean;
  /** How long an authorization can be captured. */
  readonly authorizationDays: AuthorizationDays;
  /** Whether the service can do its work now. */
  readonly readiness: Readiness;
  /** Tells the event streams of this process that there is news. */
  readonly feed: EventFeed;
  /** The gateway's direct endpoint. */
  readonly direct: DirectClient;
  /** Keeps new charges from a gateway that does not answer. */
  readonly breaker: GatewayBreaker;
  readonly metrics: CheckoutMetrics;
  /** Asks the gateway what became of payments. */
  readonly inquiry: Inquiry;
  readonly reconciliation: ReconciliationMetrics;
  /** Which hosts events may be posted to. */
  readonly webhookHosts: WebhookHosts;
  /** What caused the work at hand: an API call, or null for a message of the gateway or the passing of time. */
  readonly cause: EventCause | null;
  /** Called at the named points of a use case. Does nothing in production; tests pause or crash there. */
  readonly checkpoint: (point: CheckoutPoint) => Promise<void>;
}

/** How the hosts of webhook endpoints are found, and which are allowed. */
export interface WebhookHosts {
  readonly resolve: ResolveHost;
  /** Whether test mode may use addresses of this machine and of private networks. */
  readonly privateAddresses: boolean;
}

/** The API call that causes events. */
export interface EventCause {
  /** `req_...` */
  readonly requestId: string;
  /** As its caller gave it; undefined if it has none. */
  readonly idempotencyKey: string | undefined;
}

/** The addresses of a payment's parties: absolute URLs without a final slash. */
export interface Addresses {
  /** Where shoppers and the gateway reach this service. */
  readonly publicUrl: string;
  /** The host of a session's `url`. */
  readonly hppUrl: string;
  /** Base of the gateway for live sessions. */
  readonly gatewayUrl: string;
  /** Why the gateway cannot post the results of live payments here; undefined if it can. */
  readonly callbackProblem: string | undefined;
  /** Base of the sandbox gateway for test sessions. */
  readonly sandboxUrl: string;
}

/** The points at which tests crash a use case. */
export type CheckoutPoint =
  | "result verified"
  | "session locked"
  | "payment locked"
  | "result recorded"
  | "payment recorded"
  | "result committed"
  | "return leased"
  | "return to be sent"
  | "return sent"
  | "return answered"
  | "refund recorded"
  | "refund leased"
  | "refund to be sent"
  | "refund sent"
  | "refund answered"
  | "attempt leased"
  | "attempt asked"
  | "charge checked"
  | "charge recorded"
  | "charge sent"
  | "charge answered"
  | "capture recorded"
  | "capture leased"
  | "capture to be sent"
  | "capture sent"
  | "capture answered"
  | "challenge answered"
  | "challenge sent"
  | "events numbered"
  | "webhook answered";
