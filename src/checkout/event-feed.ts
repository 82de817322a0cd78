import { findSequences } from "../db/tables/event-sequences.js";
import { isDatabaseAway } from "../db/engine/database-errors.js";
import type { Database } from "../db/engine/database.js";
import type { MerchantScope } from "../domain/merchant-scope.js";
import { Refusal } from "../domain/refusal.js";
import { type BackgroundJob, runRepeatedly } from "../lib/background-job.js";
import type { Log } from "../lib/log.js";

/** Tells the event streams of this process that there is news. Asks the database only while streams are open. */
export interface EventFeed {
  /** Counts a stream of a merchant and mode until its `close`. Throws a Refusal if there are too many. */
  open(scope: MerchantScope): EventStream;
  /** Notes that events up to this sequence are numbered. The relay of this process saves its streams the wait. */
  tell(scope: MerchantScope, last: number): void;
  /** Ends all streams, and lets no other open. Waits until the feed asks the database no more. */
  close(): Promise<void>;
}

/** One open stream, which reads its events itself. */
export interface EventStream {
  readonly heartbeatMs: number;
  /** Whether events after this sequence are known to be numbered. */
  hasNews(sequence: number): boolean;
  /** Waits for `milliseconds`, but no longer than until there is news, the server stops or `signal` aborts. */
  wait(sequence: number, milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Whether the server is stopping. */
  isClosing(): boolean;
  close(): void;
}

/** How often the feed looks and streams tell that they live, in milliseconds. */
export interface FeedTimes {
  /** A round is one query for all streams. */
  readonly look: number;
  readonly heartbeat: number;
}

/** A stream is a second behind at most. A heartbeat comes before proxies close a connection without traffic: 30 s. */
export const FEED_TIMES: FeedTimes = { look: 250, heartbeat: 15_000 };

/** Open streams of one merchant and mode: some for each of its servers. Each takes some 20 kB. */
const STREAMS_PER_SCOPE = 256;

/** Open streams of a process. */
const STREAMS = 1000;

/** Creates the feed of a process. */
export function createEventFeed(db: Pick<Database, "manager">, log: Log, times: FeedTimes): EventFeed {
  return new Feed(db, log, times);
}

/** The streams of one merchant and mode. */
interface ScopeStreams {
  readonly scope: MerchantScope;
  streams: number;
  /** The highest sequence known; 0 before it is. */
  last: number;
  readonly waiting: Set<Waiting>;
}

interface Waiting {
  readonly sequence: number;
  readonly end: () => void;
}

class Feed implements EventFeed {
  readonly #db: Pick<Database, "manager">;
  readonly #log: Log;
  readonly #times: FeedTimes;
  readonly #scopes = new Map<string, ScopeStreams>();
  #streams = 0;
  #closing = false;
  #looking: BackgroundJob | undefined;
  /** Resolves when the feed looks no more, once it has stopped. */
  #looked = Promise.resolve();

  constructor(db: Pick<Database, "manager">, log: Log, times: FeedTimes) {
    this.#db = db;
    this.#log = log;
    this.#times = times;
  }

  open(scope: MerchantScope): EventStream {
    const key = keyOf(scope);
    const open = this.#scopes.get(key) ?? { scope, streams: 0, last: 0, waiting: new Set() };
    refuseMore("merchant", open.streams, STREAMS_PER_SCOPE);
    refuseMore("server", this.#streams, STREAMS);
    this.#scopes.set(key, open);
    open.streams++;
    this.#streams++;
    if (!this.#closing) this.#looking ??= this.#lookRepeatedly();
    let isOpen = true;
    return {
      heartbeatMs: this.#times.heartbeat,
      hasNews: (sequence) => open.last > sequence,
      wait: (sequence, milliseconds, signal) => this.#wait(open, sequence, milliseconds, signal),
      isClosing: () => this.#closing,
      close: () => {
        if (isOpen) this.#end(key, open);
        isOpen = false;
      },
    };
  }

  tell(scope: MerchantScope, last: number): void {
    const open = this.#scopes.get(keyOf(scope));
    if (open === undefined || open.last >= last) return;
    open.last = last;
    for (const waiting of open.waiting) if (waiting.sequence < last) waiting.end();
  }

  close(): Promise<void> {
    this.#closing = true;
    for (const { waiting } of this.#scopes.values()) for (const one of waiting) one.end();
    this.#stopLooking();
    return this.#looked;
  }

  #end(key: string, open: ScopeStreams): void {
    this.#streams--;
    if (--open.streams === 0) this.#scopes.delete(key);
    if (this.#streams === 0) this.#stopLooking();
  }

  #wait(open: ScopeStreams, sequence: number, milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.#closing || open.last > sequence) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        open.waiting.delete(waiting);
        resolve();
      };
      const waiting: Waiting = { sequence, end };
      // It keeps the process alive: that of an operator's command has nothing else that does.
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener("abort", end);
      open.waiting.add(waiting);
    });
  }

  #lookRepeatedly(): BackgroundJob {
    return runRepeatedly(
      this.#times.look,
      () => this.#look(),
      (error, inARow) => {
        if (inARow > 1 && isDatabaseAway(error)) return; // Logged once each time the database goes away.
        this.#log.error({ err: error }, "event streams could not look for news; the next round tries again");
      },
    );
  }

  /** A stream that ends does not wait for it: the last round only reads. */
  #stopLooking(): void {
    if (this.#looking !== undefined) this.#looked = this.#looking.stop();
    this.#looking = undefined;
  }

  async #look(): Promise<void> {
    const merchantIds = new Set([...this.#scopes.values()].map(({ scope }) => scope.merchantId));
    if (merchantIds.size === 0) return;
    for (const row of await findSequences(this.#db.manager, [...merchantIds])) this.tell(row, row.last);
  }
}

function keyOf({ merchantId, livemode }: MerchantScope): string {
  return `${merchantId} ${livemode}`;
}

function refuseMore(whose: "merchant" | "server", open: number, max: number): void {
  if (open < max) return;
  const text = `This ${whose} has ${max} event streams open already. Close one, or try again later.`;
  throw new Refusal("TOO_MANY_STREAMS", text);
}
