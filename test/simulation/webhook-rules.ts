import { grouped } from "./evidence.js";
import type { Rule, Snapshots, Violation } from "./snapshots.js";
import {
  type EventRead,
  isAnswered,
  isFor,
  type MadeEndpoint,
  type Reception,
  type StoredEvent,
  wayOf,
  type WebhookSnapshots,
} from "./webhooks/webhook-snapshots.js";

/** What must be true of the events that merchants are told. */
export function webhookViolations({ webhooks }: Snapshots): Violation[] {
  const ways = wanted(webhooks);
  return [
    ...wrongSequences(webhooks),
    ...wronglyRead(webhooks.events, webhooks.read, "read"),
    ...wronglyRead(webhooks.events, webhooks.streamed, "streamed"),
    ...recordedTwice(webhooks),
    ...ways.flatMap(succeededUnanswered),
    ...ways.flatMap(unreceived),
    ...changedBytes(webhooks),
    ...strangers(webhooks),
    ...badlySigned(webhooks),
  ];
}

/** An event, and an endpoint that is to be sent it. */
interface Wanted {
  readonly event: StoredEvent;
  readonly endpoint: MadeEndpoint;
  readonly received: readonly Reception[];
  /** Of its deliveries; there is to be one. */
  readonly statuses: readonly string[];
}

function wanted({ events, endpoints, received, deliveries }: WebhookSnapshots): Wanted[] {
  const receptions = grouped(received, wayOf);
  const recorded = grouped(deliveries, wayOf);
  return events.flatMap((event) =>
    endpoints
      .filter((endpoint) => isFor(endpoint, event))
      .map((endpoint) => {
        const way = wayOf({ endpoint: endpoint.id, event: event.id });
        const statuses = (recorded.get(way) ?? []).map(({ status }) => status);
        return { event, endpoint, received: receptions.get(way) ?? [], statuses };
      }),
  );
}

/** Each event is received and kept by each endpoint that wants it, which says so with 2xx, and that is recorded. */
function unreceived({ event, endpoint, received, statuses }: Wanted): Violation[] {
  const rule: Rule = "each event received";
  const history = received.length === 0 ? "never sent" : `answered ${received.map(answerOf).join(", ")}`;
  const recorded = statuses.join(" and ") || "nothing";
  if (!received.some((each) => each.kept && isAnswered(each)))
    return [
      violation(rule, event, `was not received by ${endpoint.id}: ${history}; recorded is ${recorded}`),
    ];
  if (statuses.includes("succeeded")) return [];
  return [violation(rule, event, `was received by ${endpoint.id}, and recorded is ${recorded}`)];
}

/** A delivery is recorded as successful once its endpoint has said so, and not before. */
function succeededUnanswered({ event, endpoint, received, statuses }: Wanted): Violation[] {
  if (!statuses.includes("succeeded") || received.some(isAnswered)) return [];
  const says = `is recorded as delivered to ${endpoint.id}, which answered ${received.map(answerOf).join(", ") || "nothing"}`;
  return [violation("delivered is what was answered", event, says)];
}

/** An event has one id, and one way to each endpoint. */
function recordedTwice({ events, deliveries }: WebhookSnapshots): Violation[] {
  const rule: Rule = "one event, one delivery for each endpoint";
  const byId = grouped(events, ({ id }) => id);
  const ways = grouped(deliveries, wayOf);
  return [
    ...[...byId.values()].flatMap(([first, ...more]) =>
      first === undefined || more.length === 0 ? [] : [violation(rule, first, "is recorded twice")],
    ),
    ...[...ways].flatMap(([way, each]): Violation[] =>
      each.length > 1 ? [{ rule, session: undefined, says: `has ${each.length} deliveries for ${way}` }] : [],
    ),
  ];
}

/** Whatever is sent again is sent as it was. */
function changedBytes({ received }: WebhookSnapshots): Violation[] {
  return [...grouped(received, wayOf).values()].flatMap((each) => {
    const bodies = new Set(each.map(({ bytes }) => bytes)).size;
    const [first] = each;
    if (first === undefined || bodies === 1) return [];
    return [
      violation("received bytes stay the same", first.says, `came to ${first.endpoint} as ${bodies} bodies`),
    ];
  });
}

/** What is received is recorded, for this endpoint, and as it was told. */
function strangers({ events, endpoints, deliveries, received }: WebhookSnapshots): Violation[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const endpointOf = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  const ways = new Set(deliveries.map(wayOf));
  return received.flatMap((each) => {
    const event = byId.get(each.event);
    const endpoint = endpointOf.get(each.endpoint);
    const isRight =
      event !== undefined &&
      endpoint !== undefined &&
      isFor(endpoint, event) &&
      ways.has(wayOf(each)) &&
      textOf(each.says) === textOf(event);
    if (isRight) return [];
    const recorded = event === undefined ? "nothing" : textOf(event);
    const says = `came to ${each.endpoint} as ${textOf(each.says)}, and recorded is ${recorded}`;
    return [violation("nothing received that is not recorded", each.says, says)];
  });
}

function badlySigned({ received }: WebhookSnapshots): Violation[] {
  return received.flatMap(({ says, endpoint, forged }) =>
    forged === undefined
      ? []
      : [violation("each request signed", says, `came to ${endpoint} with ${forged}`)],
  );
}

/** The events of each merchant and mode are numbered 1, 2, 3 and so on. */
function wrongSequences({ events }: WebhookSnapshots): Violation[] {
  const rule: Rule = "sequences without gaps";
  return [...grouped(events, ({ merchant, livemode }) => `${merchant} ${livemode}`).values()].flatMap(
    (all) => {
      const found = all
        .filter(({ sequence }) => sequence === null)
        .map((event) => violation(rule, event, "has no sequence"));
      let last = 0;
      for (const event of all.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))) {
        if (event.sequence === null) continue;
        if (event.sequence !== last + 1)
          found.push(violation(rule, event, `has sequence ${event.sequence} after ${last}`));
        last = event.sequence;
      }
      return found;
    },
  );
}

/** Who always asks for what came after the last known sequence reads each event once and in order. */
function wronglyRead(
  events: readonly StoredEvent[],
  read: readonly EventRead[],
  how: "read" | "streamed",
): Violation[] {
  const rule: Rule = "events read on once and in order";
  const reads = grouped(read, ({ merchant }) => merchant);
  return [...grouped(events, ({ merchant }) => merchant)].flatMap(([merchant, all]) => {
    const right = all
      .toSorted((a, b) => (a.sequence ?? Infinity) - (b.sequence ?? Infinity))
      .map(({ id }) => id);
    const ids = (reads.get(merchant) ?? []).map(({ id }) => id);
    const at = right.findIndex((id, index) => ids[index] !== id);
    if (at < 0 && ids.length === right.length) return [];
    const [is, was] = at < 0 ? ["nothing", ids[right.length]] : [right[at], ids[at] ?? "nothing"];
    const place = (at < 0 ? right.length : at) + 1;
    return [
      {
        rule,
        session: undefined,
        says: `has ${is} in place ${place} of ${merchant}, and ${was} was ${how} there`,
      },
    ];
  });
}

function violation(
  rule: Rule,
  { id, type, object }: Pick<StoredEvent, "id" | "type" | "object">,
  says: string,
): Violation {
  const session = object.startsWith("cs_") ? object : undefined;
  return { rule, session, says: `has ${id} (${type} of ${object}), which ${says}` };
}

function answerOf({ status, kept }: Reception): string {
  if (status === 0) return "nothing";
  return status < 300 && !kept ? `${status} and forgot it` : String(status);
}

function textOf({ id, livemode, type, object, sequence }: Omit<StoredEvent, "merchant">): string {
  return `${id}, ${type} of ${object}, ${livemode ? "live" : "test"} mode, sequence ${sequence}`;
}
