import { Webhook } from "standardwebhooks";

import { openPlace } from "../bench-place.js";
import { type ServerProcess, startServer } from "../child.js";
import { type Contender, sampleOf } from "../contender.js";
import type { EventTimes } from "../programs/seed-events.js";
import type { Received, ReceiverKind } from "../programs/webhook-receiver.js";

/** Events committed for each second that a measurement is to take: it takes as long as they take. */
const PER_SECOND = 5_000;

/** The service with a webhook endpoint of a merchant, and what receives there. */
export interface Delivery extends Contender {
  /** A request that the endpoint got. */
  readonly sample: Received;
  /** Commits events at this rate, and answers how many milliseconds after the commit each was received. */
  waits(perSecond: number, seconds: number): Promise<Float64Array<ArrayBuffer>>;
  /** Makes an endpoint of the merchant for the same events at this URL. */
  add(url: string): Promise<void>;
}

/** Opens a service on its own database, with an endpoint that answers at once. */
export async function openDelivery(server: string | undefined): Promise<Delivery> {
  const place = await openPlace(server);
  const service = await startServer("service", place);
  const receiver = await openReceiver("prompt");
  const add = (url: string): Promise<string> => addEndpoint(service, place.testKey, url);
  const secret = await add(receiver.url);
  const deliver = async (events: number, perSecond?: number) => {
    const both = [receiver.process.ask({ requests: events }), service.ask({ events, perSecond })] as const;
    const [received, committed] = (await Promise.all(both)) as [Received, EventTimes];
    return { committed, received };
  };
  const { received: sample } = await deliver(1);
  new Webhook(secret).verify(sample.body, sample.headers);
  return {
    name: "service",
    sample,
    measure: (seconds) =>
      sampleOf([service], async () => {
        const count = Math.ceil(seconds * PER_SECOND);
        const { committed, received } = await deliver(count);
        waitsOf(committed, received);
        const times = received.times.map(([, time]) => time);
        // From the first one on: how long that one waits for the relay's next look is measured in a row of its own.
        return { calls: count - 1, seconds: (Math.max(...times) - Math.min(...times)) / 1000 };
      }),
    async waits(perSecond, seconds) {
      const { committed, received } = await deliver(Math.max(1, Math.ceil(perSecond * seconds)), perSecond);
      return waitsOf(committed, received);
    },
    add: async (url) => void (await add(url)),
    async close() {
      await service.stop();
      await receiver.process.stop();
      await place.remove();
    },
  };
}

/** The floor: the requests that the service has signed, posted in a loop. */
export async function openFloor({ headers, body }: Received): Promise<Contender> {
  const receiver = await openReceiver("prompt");
  const names = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature", "stripe-signature"];
  const kept = Object.fromEntries(names.map((name) => [name, headers[name]]));
  const peer = await startServer("undici-peer", { url: receiver.url, headers: kept, body });
  return {
    name: "undici in a loop",
    measure: (seconds) =>
      sampleOf([peer], async () => {
        const posts = Math.ceil(seconds * PER_SECOND);
        const started = performance.now();
        await Promise.all([receiver.process.ask({ requests: posts }), peer.ask({ posts })]);
        return { calls: posts, seconds: (performance.now() - started) / 1000 };
      }),
    async close() {
      await peer.stop();
      await receiver.process.stop();
    },
  };
}

/** A program that receives events in its own way. */
export async function openReceiver(
  kind: ReceiverKind,
): Promise<{ readonly url: string; readonly process: ServerProcess }> {
  const process = await startServer("webhook-receiver", { kind });
  return { url: `http://127.0.0.1:${process.ports.http}/events`, process };
}

/** How long each event took from its commit to its receiver. Throws unless each was received once. */
function waitsOf(committed: EventTimes, { times }: Received): Float64Array<ArrayBuffer> {
  const receivedAt = new Map(times);
  if (times.length !== committed.length || receivedAt.size !== committed.length)
    throw new Error(`${times.length} requests with ${receivedAt.size} events, of ${committed.length}.`);
  return Float64Array.from(committed, ([id, time]) => {
    const at = receivedAt.get(id);
    if (at === undefined) throw new Error(`${id} was not received.`);
    return Math.max(0, at - time);
  });
}

/** Answers the secret. */
async function addEndpoint(service: ServerProcess, key: string, url: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${service.ports.http}/v1/webhook_endpoints`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ url, enabled_events: ["customer.updated"] }),
  });
  if (answer.status !== 200) throw new Error(`No endpoint was made: ${await answer.text()}`);
  return ((await answer.json()) as { readonly secret: string }).secret;
}
