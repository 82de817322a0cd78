import type { Connection } from "./connection.js";

/**
 * Has requests begun one after the other, without a wait as long as there is time: work that follows on work for longer than
 * a moment makes every other client wait. What comes later than that is put off, connection by connection in turn, and
 * one that has asked for little goes before those that have asked for much.
 */
export class FairQueue {
  /** Connections with requests that were put off, those that ask for little apart. */
  readonly #few = new Map<Connection, Begin[]>();
  readonly #many = new Map<Connection, Begin[]>();
  #size = 0;
  #began = 0;
  #last = 0;
  #second = 0;

  /** Whether a request may begin at once; it counts as one. Otherwise it has to be added. */
  mayBegin(connection: Connection): boolean {
    const now = performance.now();
    if (now - this.#last > PAUSE_MS) this.#began = now;
    this.#last = now;
    if (connection.countedIn !== this.#second) {
      connection.countedIn = this.#second;
      connection.countedRequests = 0;
    }
    const isFew = ++connection.countedRequests <= FEW;
    const isInTurn = this.#size === 0 || (isFew && !this.#few.has(connection));
    return isInTurn && now - this.#began < TURN_MS;
  }

  /** Puts a request off. `begin` is called exactly once, also where its client has gone meanwhile. */
  add(connection: Connection, begin: Begin): void {
    const lane = connection.countedRequests <= FEW ? this.#few : this.#many;
    const waiting = lane.get(connection);
    if (waiting === undefined) lane.set(connection, [begin]);
    else waiting.push(begin);
    if (this.#size++ === 0) setImmediate(this.#turn);
  }

  /** Forgets who has asked for much: to be called once a second. */
  nextSecond(): void {
    this.#second++;
  }

  readonly #turn = (): void => {
    this.#began = performance.now();
    do {
      const next = takeFirst(this.#few) ?? takeFirst(this.#many);
      if (next === undefined) break;
      this.#size--;
      next();
    } while (performance.now() - this.#began < TURN_MS);
    this.#last = performance.now();
    // Between two turns the loop looks at what has arrived.
    if (this.#size > 0) setImmediate(this.#turn);
  };
}

type Begin = () => void;

/** Short enough that a client which waits for ten others hardly sees it, and long enough that hardly anybody is put off. */
const TURN_MS = 10;

/** Without a request for so long, the loop has had time for others. */
const PAUSE_MS = 1;

/** Requests of a connection in a second: a browser, a load balancer's question, a merchant's call. */
const FEW = 10;

function takeFirst(lane: Map<Connection, Begin[]>): Begin | undefined {
  for (const [connection, waiting] of lane) {
    lane.delete(connection);
    const first = waiting.shift();
    if (waiting.length > 0) lane.set(connection, waiting);
    return first;
  }
  return undefined;
}
