/** An event in the service's database. */
export interface StoredEvent {
  readonly id: string;
  readonly merchant: string;
  readonly livemode: boolean;
  readonly type: string;
  /** Id of the object that it is about. */
  readonly object: string;
  /** Null: it has none. */
  readonly sequence: number | null;
}

/** An event's way to an endpoint, in the service's database. */
export interface StoredDelivery {
  readonly id: string;
  readonly event: string;
  readonly endpoint: string;
  readonly status: string;
}

/** A webhook endpoint as its merchant has made it, before anything happened. */
export interface MadeEndpoint {
  readonly id: string;
  readonly merchant: string;
  readonly livemode: boolean;
  /** Types of event, groups such as `refund.*`, or `*`. */
  readonly wants: readonly string[];
}

/** A request that reached an endpoint's receiver. */
export interface Reception {
  readonly endpoint: string;
  /** By the header `webhook-id`. */
  readonly event: string;
  /** What the body says of the event. */
  readonly says: Omit<StoredEvent, "merchant">;
  /** A hash of the body. */
  readonly bytes: string;
  /** What the receiver answered; 0 if it did not. */
  readonly status: number;
  /** False if the receiver does not have it: it died, or failed. */
  readonly kept: boolean;
  /** What is wrong with the signatures; undefined if nothing is. */
  readonly forged: string | undefined;
}

/** An event as a merchant read it who always asks for what came after the last sequence that it knows. */
export interface EventRead {
  readonly merchant: string;
  readonly id: string;
  readonly sequence: number;
}

/** What merchants were told, and what the service has recorded of that. */
export interface WebhookSnapshots {
  readonly events: readonly StoredEvent[];
  readonly deliveries: readonly StoredDelivery[];
  readonly endpoints: readonly MadeEndpoint[];
  /** In the order of their arrival. */
  readonly received: readonly Reception[];
  /** In the order of reading. */
  readonly read: readonly EventRead[];
  /** As streams told them, which were opened again and again; in the order of telling. */
  readonly streamed: readonly EventRead[];
}

/** Whether the endpoint is to be sent the event. */
export function isFor(endpoint: MadeEndpoint, { merchant, livemode, type }: StoredEvent): boolean {
  if (endpoint.merchant !== merchant || endpoint.livemode !== livemode) return false;
  return endpoint.wants.some((wanted) =>
    wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted,
  );
}

/** Whether the receiver answered that it has received the event. */
export function isAnswered({ status }: Reception): boolean {
  return status >= 200 && status < 300;
}

/** Which event to which endpoint. */
export function wayOf({ endpoint, event }: Pick<StoredDelivery, "endpoint" | "event">): string {
  return `${event} to ${endpoint}`;
}
