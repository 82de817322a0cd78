import type { Test } from "tap";

import type { Clock } from "../../src/lib/clock.js";
import {
  type ApiAnswer,
  createTestMerchant,
  startTestApp,
  type TestApp,
  testConfig,
  type TestMerchant,
  type TestParts,
} from "./app.js";
import { type TestEngine, until } from "./database.js";
import type { Receiver } from "./receiver.js";

/** A webhook endpoint as a call that shows its secret answers it. */
export interface ShownEndpoint {
  readonly id: string;
  readonly secret: string;
}

/** A service whose clock can be moved, with a merchant in test mode. */
export interface WebhookScene {
  readonly app: TestApp;
  readonly merchant: TestMerchant;
  readonly call: (method: string, path: string, body?: unknown) => Promise<ApiAnswer>;
  /** Moves the service's clock forward. */
  readonly forward: (milliseconds: number) => void;
  readonly endpointAt: (url: string, changes?: object) => Promise<ShownEndpoint>;
  /** Makes an event: `customer.created`. Answers the customer. */
  readonly makeEvent: () => Promise<{ readonly id: string }>;
  /** The deliveries of an endpoint, the newest first. */
  readonly deliveriesTo: (endpoint: ShownEndpoint) => Promise<ShownDelivery[]>;
}

/** A delivery as the API answers it. */
export interface ShownDelivery {
  readonly id: string;
  readonly event: string;
  readonly status: string;
  readonly attempt_count: number;
  readonly next_attempt_at: number | null;
  readonly attempts: readonly {
    readonly http_status: number | null;
    readonly error: string | null;
    readonly response_body: string | null;
  }[];
}

export async function openWebhookScene(
  t: Test,
  engine: TestEngine,
  parts: TestParts = {},
): Promise<WebhookScene> {
  let ahead = 0;
  const clock: Clock = { now: () => Date.now() + ahead };
  const config = testConfig(engine, { metricsPort: 0 });
  const merchant = await createTestMerchant(config);
  const app = await startTestApp(t, config, { clock, ...parts });
  await untilNumbered(app); // Those of the merchant's first customers: they are not of the story.
  const call: WebhookScene["call"] = (method, path, body) =>
    app.call(method, `/v1/${path}`, merchant.testKey, body);
  return {
    app,
    merchant,
    call,
    forward: (milliseconds) => void (ahead += milliseconds),
    async endpointAt(url, changes = {}) {
      const { status, json, text } = await call("POST", "webhook_endpoints", {
        url,
        enabled_events: ["*"],
        ...changes,
      });
      if (status !== 200) throw new Error(text);
      return json as ShownEndpoint;
    },
    makeEvent: async () => (await call("POST", "customers", { name: "Ann" })).json as { id: string },
    deliveriesTo: async ({ id }) =>
      (await call("GET", `webhook_deliveries?webhook_endpoint=${id}&limit=100`)).json.data as ShownDelivery[],
  };
}

/** Waits until the newest delivery of an endpoint is as it is to be. */
export async function untilDelivery(
  { deliveriesTo }: WebhookScene,
  endpoint: ShownEndpoint,
  what: string,
  is: (delivery: ShownDelivery) => boolean,
): Promise<ShownDelivery> {
  const found: ShownDelivery[] = [];
  await until(what, async () => found.push(...(await deliveriesTo(endpoint)).filter((one) => is(one))) > 0);
  const [delivery] = found;
  if (delivery === undefined) throw new Error("It was there.");
  return delivery;
}

/** Waits until every event has its sequence, and so its deliveries. */
export async function untilNumbered({ db }: TestApp): Promise<void> {
  await until("every event has its sequence", async () => {
    const rows: unknown[] = await db.manager.query("SELECT id FROM event WHERE sequence IS NULL LIMIT 1");
    return rows.length === 0;
  });
}

/**
 * How long events take to a receiver, in milliseconds from the answer of the call that makes each: one after the other,
 * `count` in all.
 */
export async function waitsFor(
  { makeEvent }: WebhookScene,
  { received }: Receiver,
  count: number,
): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let number = 0; number < count; number++) {
    const { id } = await makeEvent();
    const madeAt = Date.now();
    const arrived = () => received.find(({ body }) => body.includes(id));
    await until("it has arrived", () => arrived() !== undefined);
    waits.push((arrived()?.at ?? Infinity) - madeAt);
  }
  return waits;
}

/**
 * The longest that an event may take while other endpoints misbehave: what one in the queue of a bad one would wait for
 * is 15 s. Each machine has a pace of its own, which changes with its load: `alone` is what events took without them.
 */
export function longestAllowed(alone: readonly number[]): number {
  return 2_000 + 5 * Math.max(...alone);
}
