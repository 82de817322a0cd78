import type { Connection } from "./connection.js";
import type { RequestKind } from "./exchange.js";

/**
 * Starts requests at once, until they have kept the event loop busy for 10 ms. Later ones wait and are
 * started in turn, one per address: a client that floods the service, on however many connections, delays
 * others by one of its requests. Within an address, connections take turns, and those with few requests go
 * first.
 */
export class FairQueue {
  /** Keyed by address, or by connection behind a trusted proxy. */
  readonly #waiting = new Map<object, Lanes>();
  #size = 0;
  #isTurnDue = false;
  #began = 0;
  #turnMs = TURN_MS;
  #last = 0;
  #second = 0;

  /** Whether a request may begin now. Counts it; where false, the caller must `add` it. */
  mayBegin(connection: Connection, kind: RequestKind): boolean {
    const now = performance.now();
    if (now - this.#last > PAUSE_MS) this.#began = now;
    this.#last = now;
    if (connection.countedIn !== this.#second) {
      connection.countedIn = this.#second;
      connection.countedRequests = 0;
    }
    connection.countedRequests++;
    // An orchestrator ends a process whose probe is late, and the flood may come from its own address.
    if (kind === "probe" && connection.countedRequests <= FEW) return true;
    const isInTurn = this.#size === 0 || !this.#waiting.has(scopeOf(connection));
    return isInTurn && now - this.#began < this.#turnMs;
  }

  /** Notes that a connection has arrived: the event loop accepts the next one only after this turn. */
  connectionArrived(): void {
    this.#turnMs = TURN_WITH_ARRIVALS_MS;
  }

  /** Queues a request. Calls `begin` once, even where the client has reset it, unless its connection is dropped. */
  add(connection: Connection, begin: Begin): void {
    const { few, many } = this.#lanesOf(scopeOf(connection));
    const lane = connection.countedRequests <= FEW ? few : many;
    const waiting = lane.get(connection);
    if (waiting === undefined) lane.set(connection, [begin]);
    else waiting.push(begin);
    this.#size++;
    this.#dueTurn();
  }

  /**
   * Drops what waits of a connection that has ended. It would keep in memory what has arrived of it, 64 KB and more for
   * each stream, until all that is asked for meanwhile has had its turn.
   */
  drop(connection: Connection): void {
    const scope = scopeOf(connection);
    const lanes = this.#waiting.get(scope);
    if (lanes === undefined) return;
    for (const lane of [lanes.few, lanes.many]) {
      this.#size -= lane.get(connection)?.length ?? 0;
      lane.delete(connection);
    }
    if (lanes.few.size + lanes.many.size === 0) this.#waiting.delete(scope);
  }

  #dueTurn(): void {
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    setImmediate(this.#turn);
  }

  /** Resets the connections' counts of requests. Call it once a second. */
  nextSecond(): void {
    this.#second++;
  }

  readonly #turn = (): void => {
    this.#isTurnDue = false;
    this.#began = performance.now();
    do {
      const next = this.#takeNext();
      if (next === undefined) break;
      this.#size--;
      next();
    } while (performance.now() - this.#began < this.#turnMs);
    this.#last = performance.now();
    this.#turnMs = TURN_MS;
    // Between two turns the event loop reads what has arrived.
    if (this.#size > 0) this.#dueTurn();
  };

  #lanesOf(scope: object): Lanes {
    const known = this.#waiting.get(scope);
    if (known !== undefined) return known;
    const lanes = { few: new Map<Connection, Begin[]>(), many: new Map<Connection, Begin[]>() };
    this.#waiting.set(scope, lanes);
    return lanes;
  }

  #takeNext(): Begin | undefined {
    for (const [scope, lanes] of this.#waiting) {
      this.#waiting.delete(scope);
      const next = takeFirst(lanes.few) ?? takeFirst(lanes.many);
      if (lanes.few.size + lanes.many.size > 0) this.#waiting.set(scope, lanes);
      return next;
    }
    return undefined;
  }
}

type Begin = () => void;

/** Queued requests of one scope by connection, those of connections with few requests apart. */
interface Lanes {
  readonly few: Map<Connection, Begin[]>;
  readonly many: Map<Connection, Begin[]>;
}

/**
 * Short, so that waiting for ten other clients is hardly noticed; long enough that hardly any request is
 * queued.
 */
const TURN_MS = 10;

/**
 * libuv accepts one connection in each round of the event loop, so that turns of 10 ms would let in a hundred
 * clients a second. Accepting one takes some 0.2 ms.
 */
const TURN_WITH_ARRIVALS_MS = 1;

/** After a pause this long between requests, the event loop has had time for other clients. */
const PAUSE_MS = 1;

/** Requests in a second that count as few: a browser, a load balancer's check, a merchant's call. */
const FEW = 10;

/** Connections from a trusted proxy belong to many clients. */
function scopeOf(connection: Connection): object {
  return connection.use.isProxy ? connection : connection.use;
}

function takeFirst(lane: Map<Connection, Begin[]>): Begin | undefined {
  for (const [connection, waiting] of lane) {
    lane.delete(connection);
    const first = waiting.shift();
    if (waiting.length > 0) lane.set(connection, waiting);
    return first;
  }
  return undefined;
}
