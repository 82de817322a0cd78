import { type HttpAnswer, HttpConnection } from "./http-connection.js";
import type { Lane, Lanes } from "./lane.js";

/** What the lanes of one contender send, and what they must get. */
export interface HttpWork {
  /** Connections are shared out among them in turn. */
  readonly ports: readonly number[];
  readonly count: number;
  /** The next request; called for each call. Undefined: nothing is left to do, and the call is none. */
  readonly next: () => Buffer | undefined;
  /** True where the answer is what it must be. */
  readonly isRight: (answer: HttpAnswer) => boolean;
}

/** Opens connections of HTTP/1.1, a lane each. */
export async function httpLanes({ ports, count, next, isRight }: HttpWork): Promise<Lanes> {
  const connections = await Promise.all(
    Array.from({ length: count }, (_, index) => HttpConnection.open(ports[index % ports.length] ?? 0)),
  );
  const lane = (connection: HttpConnection): Lane => {
    return async () => {
      const request = next();
      if (request === undefined) return;
      const answer = await connection.send(request);
      if (!isRight(answer)) throw new Error(`A wrong answer: ${answer.status} ${answer.body.slice(0, 500)}`);
    };
  };
  return {
    lanes: connections.map(lane),
    close: () => connections.forEach((connection) => connection.close()),
  };
}
