import type { Connection } from "./connection.js";

/**
 * Has requests begun one after the other, without a wait as long as there is time: work that follows on work
 * for longer than a moment makes every other client wait. What comes later than that is put off and begun
 * address by address in turn: one that floods us with requests, on however many connections, keeps others
 * waiting for one of them. Of one address, connections take turns, and one that has asked for little goes
 * before those that have asked for much.
 */
export class FairQueue {
  /** By address, or by connection where the address is a proxy's. */
  readonly #waiting = new Map<object, Lanes>();
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
    connection.countedRequests++;
    const isInTurn = this.#size === 0 || !this.#waiting.has(scopeOf(connection));
    return isInTurn && now - this.#began < TURN_MS;
  }

  /** Puts a request off. `begin` is called exactly once, also where its client has gone meanwhile. */
  add(connection: Connection, begin: Begin): void {
    const { few, many } = this.#lanesOf(scopeOf(connection));
    const lane = connection.countedRequests <= FEW ? few : many;
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
      const next = this.#takeNext();
      if (next === undefined) break;
      this.#size--;
      next();
    } while (performance.now() - this.#began < TURN_MS);
    this.#last = performance.now();
    // Between two turns the loop looks at what has arrived.
    if (this.#size > 0) setImmediate(this.#turn);
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

/** Connections of one owner with requests that were put off, those that ask for little apart. */
interface Lanes {
  readonly few: Map<Connection, Begin[]>;
  readonly many: Map<Connection, Begin[]>;
}

/**
 * Short enough that a client which waits for ten others hardly sees it, and long enough that hardly anybody
 * is put off.
 */
const TURN_MS = 10;

/** Without a request for so long, the loop has had time for others. */
const PAUSE_MS = 1;

/** Requests of a connection in a second: a browser, a load balancer's question, a merchant's call. */
const FEW = 10;

/** A proxy's connections are of many clients. */
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
