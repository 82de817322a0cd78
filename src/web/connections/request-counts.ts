import type { Connection } from "./connection.js";
import type { Exchange, RequestKind } from "./exchange.js";

/**
 * The requests under way, in the process and of each address. A streaming call lasts for hours: it counts as a request
 * until its answer begins, and from then on it takes no request's place.
 */
export class RequestCounts {
  requests = 0;
  /** Streaming calls without an API key. Those with one are counted by merchant where they are served. */
  streaming = 0;

  begin(connection: Connection, exchange: Exchange, kind: RequestKind): void {
    connection.use.requests++;
    this.requests++;
    if (kind !== "streaming" && kind !== "keyed streaming") return;
    const isKeyed = kind === "keyed streaming";
    connection.streaming.set(exchange, { isKeyed, isRequest: true });
    if (!isKeyed) this.#countStreaming(connection, 1);
  }

  end(connection: Connection, exchange: Exchange): void {
    const streaming = connection.streaming.size > 0 ? connection.streaming.get(exchange) : undefined;
    if (streaming === undefined || streaming.isRequest) this.#uncountRequest(connection);
    if (streaming === undefined) return;
    connection.streaming.delete(exchange);
    if (!streaming.isKeyed) this.#countStreaming(connection, -1);
  }

  /** Stops to count the streaming calls of a connection as requests whose answers have begun. */
  uncountAnswered(connection: Connection): void {
    for (const [exchange, streaming] of connection.streaming) {
      if (!streaming.isRequest || !exchange.headersSent) continue;
      streaming.isRequest = false;
      this.#uncountRequest(connection);
    }
  }

  #uncountRequest({ use }: Connection): void {
    use.requests--;
    this.requests--;
  }

  #countStreaming(connection: Connection, change: 1 | -1): void {
    connection.openStreaming += change;
    connection.use.streaming += change;
    this.streaming += change;
  }
}
