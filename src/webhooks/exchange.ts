import type { Dispatcher } from "undici";

import { memoize } from "../lib/memoize.js";
import { failureInWords } from "./failure-words.js";
import type { Connection, KeptConnections, PostedContent } from "./kept-connections.js";

/** Where requests to one URL go. */
export interface Target {
  /** With scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  readonly connections: KeptConnections;
}

/** What came of it. */
export interface Outcome {
  /** Undefined if no answer came. */
  readonly status: number | undefined;
  /** The beginning of the answer's body; undefined if no answer came. */
  readonly body: Buffer | undefined;
  readonly retryAfter: string | undefined;
  /** Why no answer came, for the endpoint's merchant. */
  readonly failure: string | undefined;
}

/** The most bytes that are read of an answer: no more is kept. */
const ANSWER_BYTES_MAX = 1024;

/** Interim answers (1xx) that are skipped: hosts send one, or two. */
const INTERIM_MAX = 10;

/** One request with its answer, and once more where a kept connection turns out to be closed. */
export class Exchange {
  readonly #target: Target;
  readonly #content: PostedContent;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #interim = 0;
  #answered: Pick<Outcome, "status" | "retryAfter"> | undefined;
  #connection: Connection | undefined;
  /** Undefined where nothing is under way. */
  #end: ((outcome: Outcome) => void) | undefined;

  constructor(target: Target, content: PostedContent) {
    this.#target = target;
    this.#content = content;
  }

  async run(timeLimitMs: number, signal: AbortSignal): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve) => (this.#end = resolve));
    const late = setTimeout(
      () => this.#finish("closed", `no answer within ${timeLimitMs / 1000} seconds`),
      timeLimitMs,
    );
    const stoppable = stoppableBy(signal).add(this);
    const { connections, origin } = this.#target;
    this.#send(connections.take(origin));
    const known = await outcome;
    clearTimeout(late);
    stoppable.delete(this);
    return known;
  }

  stop(): void {
    this.#finish("closed", "the attempt was broken off");
  }

  #send(connection: Connection): void {
    this.#connection = connection;
    connection.post(this.#target.path, this.#content, this.#reader);
  }

  readonly #reader: Dispatcher.DispatchHandler = {
    // The library knows by this one what kind of handler it has.
    onRequestStart: () => undefined,
    onResponseStart: (_, status, { "retry-after": retryAfter }) => {
      if (status < 200) return this.#passInterim(); // The answer is still to come.
      this.#answered = { status, retryAfter: [retryAfter].flat()[0] };
    },
    onResponseData: (_, chunk) => {
      this.#chunks.push(chunk.subarray(0, ANSWER_BYTES_MAX - this.#size));
      this.#size += chunk.length;
      if (this.#size >= ANSWER_BYTES_MAX) this.#finish("closed");
    },
    onResponseEnd: () => this.#finish("kept"),
    onResponseError: (_, error) => {
      if (this.#end === undefined) return;
      const { connections, origin } = this.#target;
      if (this.#connection?.wasClosedBefore === true) this.#send(connections.open(origin));
      else this.#finish("closed", failureInWords(error));
    },
  };

  #passInterim(): void {
    if (++this.#interim > INTERIM_MAX) this.#finish("closed", `more than ${INTERIM_MAX} interim answers`);
  }

  /** A status that has been read decides; what is left of the body is not read. */
  #finish(connection: "kept" | "closed", failure?: string): void {
    const end = this.#end;
    if (end === undefined || this.#connection === undefined) return;
    this.#end = undefined;
    if (connection === "kept") this.#target.connections.rest(this.#connection);
    else this.#connection.close();
    if (this.#answered === undefined)
      end({ status: undefined, body: undefined, retryAfter: undefined, failure });
    else end({ ...this.#answered, body: Buffer.concat(this.#chunks), failure: undefined });
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
