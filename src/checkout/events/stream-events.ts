import { listEvents } from "../../db/tables/event-list.js";
import type { EventRow } from "../../db/tables/events.js";
import { findSequence } from "../../db/tables/event-sequences.js";
import type { EventType } from "../../domain/event.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import type { EventStream } from "../event-feed.js";

/** Which events a stream sends. */
export interface EventStreamRequest {
  /** The sequence to go on from; undefined: only new events. */
  readonly after: number | undefined;
  /** Undefined: of all types. */
  readonly types: readonly EventType[] | undefined;
}

/** An event as a page has it, for streams to choose from. */
export interface PageEvent {
  readonly type: EventType;
  readonly sequence: number;
}

/** One message of a stream: an event, or none in a heartbeat and at the end. */
export interface StreamMessage<Paged> {
  readonly event: Paged | undefined;
  /** Every wanted event up to this sequence was sent. */
  readonly sequence: number;
  readonly ending: boolean;
}

/** Reads the events after a sequence, as many as a page has. There is one at least. */
export type ReadPage<Paged> = (scope: MerchantScope, after: number) => Promise<readonly Paged[]>;

/**
 * Yields each event after a sequence once and in its order, then new ones as they come, until `signal` aborts or the
 * server stops. It reads only when asked for the next: a slow reader has one page in memory at most. Begins with a
 * heartbeat if there is no event to begin with. Throws a Refusal if there are too many streams, or if events after the
 * sequence are no longer kept.
 */
export async function* streamEvents<Paged extends PageEvent>(
  { db, feed }: Pick<CheckoutContext, "db" | "feed">,
  scope: MerchantScope,
  { after, types }: EventStreamRequest,
  readPage: ReadPage<Paged>,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage<Paged>> {
  const stream = feed.open(scope);
  try {
    const sequences = await findSequence(db.manager, scope);
    feed.tell(scope, sequences.last);
    const from = after === undefined ? sequences.last : startAfter(after, sequences);
    yield* follow(stream, from, types, (at) => readPage(scope, at), signal);
  } finally {
    stream.close();
  }
}

/** 0 is the first event that is kept. */
function startAfter(
  after: number,
  { last, swept }: { readonly last: number; readonly swept: number },
): number {
  if (after === 0) return swept;
  if (after > last) {
    const text = `No event has the sequence ${after} yet: the last one has ${last}.`;
    throw new Refusal("PARAMETER_INVALID", text, "after");
  }
  if (after < swept) throw notKept(after);
  return after;
}

async function* follow<Paged extends PageEvent>(
  stream: EventStream,
  from: number,
  types: EventStreamRequest["types"],
  read: (after: number) => Promise<readonly Paged[]>,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage<Paged>> {
  let sequence = from;
  let sentAt = -Infinity;
  while (!signal.aborted && !stream.isClosing()) {
    for (const event of stream.hasNews(sequence) ? await read(sequence) : []) {
      sequence = event.sequence;
      if (types !== undefined && !types.includes(event.type)) continue;
      yield { event, sequence, ending: false };
      sentAt = performance.now();
      if (stream.isClosing()) break;
    }
    const quietMs = performance.now() - sentAt;
    if (quietMs >= stream.heartbeatMs) {
      yield { event: undefined, sequence, ending: false };
      sentAt = performance.now();
    } else {
      await stream.wait(sequence, stream.heartbeatMs - quietMs, signal);
    }
  }
  if (!signal.aborted) yield { event: undefined, sequence, ending: true };
}

/** Events of a page: a process has one for each stream in memory at most. */
const PAGE = 20;

/** Reads one page of the events after a sequence. Throws a Refusal if they were swept since. */
export async function readEventPage(
  { db }: Pick<CheckoutContext, "db">,
  scope: MerchantScope,
  after: number,
): Promise<EventRow[]> {
  const rows = await listEvents(
    db.manager,
    scope,
    { types: undefined, objectId: undefined },
    { after, limit: PAGE },
  );
  if (rows.length === 0 || rows.some(({ sequence }, at) => sequence !== after + at + 1)) throw notKept(after);
  return rows;
}

function notKept(after: number): Refusal {
  const text = `Events after the sequence ${after} are no longer kept: they are for 30 days.`;
  return new Refusal("EVENTS_NOT_KEPT", text, "after");
}
