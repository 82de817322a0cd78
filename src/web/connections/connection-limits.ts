/**
 * Limits on what a client may use before the service knows whether it is a merchant. All ports of a process
 * share one count.
 */
export interface ConnectionLimits {
  /** Open connections of the process. */
  readonly connections: number;
  /** Open connections of one address. */
  readonly connectionsPerAddress: number;
  /** Connections that gave way to newer ones of their address, and wait for their end. */
  readonly leaving: number;
  /** Requests under way of one address: HTTP/2 may have a hundred on each connection. */
  readonly requestsPerAddress: number;
  /** Requests under way in the process. */
  readonly requests: number;
  /**
   * Streaming calls under way on one connection, of one address, in the process. Their clients decide how
   * long they last.
   */
  readonly streamingPerConnection: number;
  readonly streamingPerAddress: number;
  readonly streaming: number;
  /** Bytes of unsent responses and of incomplete request bodies, of one address. */
  readonly bytesPerAddress: number;
  /** Bytes of unsent responses and of incomplete request bodies, in the process. */
  readonly bytes: number;
  /** Time for a TLS handshake, and again from there to HTTP/2's first SETTINGS or the first byte of a request. */
  readonly firstByteMs: number;
  /** Time until the last byte of a request's body. */
  readonly requestMs: number;
  /** Time that a connection may stay open without a request under way. */
  readonly idleMs: number;
  /** How long a client may read no byte of a response. */
  readonly stalledMs: number;
  /** An idle HTTP/2 client gets a PING after `idleAskedMs`, and has `idleAnswerMs` to acknowledge it. */
  readonly idleAskedMs: number;
  readonly idleAnswerMs: number;
  /** A client with streaming calls only gets a PING this often. It has longer, since its calls would break off. */
  readonly streamingAskedMs: number;
  readonly streamingAnswerMs: number;
}

/** Each number has its reason beside it. */
const LIMITS: Omit<ConnectionLimits, "connections" | "connectionsPerAddress"> = {
  // As many as a flood with 3000 clients needs; 110 MB where all are in the midst of a TLS handshake.
  leaving: 1000,
  // A request under way takes about 10 kB and, without a valid key, 0.1 ms: all that one address may send
  // take 0.2 s.
  requestsPerAddress: 2000,
  requests: 8000,
  // A load balancer or a tool has one streaming call. Each costs memory only.
  streamingPerConnection: 10,
  streamingPerAddress: 100,
  streaming: 1000,
  // Ten of the largest lists, or a hundred copies of the viewer of /docs.
  bytesPerAddress: 32 * 1024 * 1024,
  bytes: 96 * 1024 * 1024,
  firstByteMs: 10_000,
  requestMs: 30_000,
  idleMs: 60_000,
  stalledMs: 30_000,
  // On Node 20, only this PING frees the descriptor of a connection whose client does not speak HTTP/2.
  idleAskedMs: 2000,
  idleAnswerMs: 5000,
  streamingAskedMs: 30_000,
  streamingAnswerMs: 20_000,
};

/** File descriptors that clients' connections must leave to the database, files and the gateway. */
const DESCRIPTORS_RESERVED = 200;

/**
 * An idle connection takes 15 kB, one of HTTP/2 over TLS 100 kB: together they fit into a small server's
 * memory.
 */
const CONNECTIONS_MAX = 4000;

/**
 * One address never takes more than half, and no more than its requests under way: a gateway may deliver 1500
 * callbacks at once, each on a connection of its own.
 */
const CONNECTIONS_PER_ADDRESS_MAX = 2000;

/**
 * `descriptors` is how many file descriptors the process may open; `connections` is the operator's setting,
 * 4000 by default.
 */
export function connectionLimits(
  descriptors: number,
  connections: number = CONNECTIONS_MAX,
): ConnectionLimits {
  const all = Math.max(2, Math.min(connections, descriptors - DESCRIPTORS_RESERVED));
  const perAddress = Math.min(CONNECTIONS_PER_ADDRESS_MAX, Math.floor(all / 2));
  return { ...LIMITS, connections: all, connectionsPerAddress: perAddress };
}

/**
 * Concurrent HTTP/2 streams per connection: the least that RFC 9113 recommends. An address with many
 * connections gets fewer on each, so that together they stay within `requestsPerAddress`.
 */
export const STREAMS_PER_CONNECTION = 100;

/** HTTP/1.1 requests that a client may send ahead of their responses. Browsers send one. */
export const PIPELINED_PER_CONNECTION = 20;

/** Unanswered streams that a client may reset: in a burst, and then per second. */
export const RESETS_MAX = 200;
export const RESETS_PER_S = 33;

/**
 * How long a client that sent too much waits for the end of its connection. A new connection, its handshake and as much
 * sent again cost the service more than to keep the old one. A shutdown waits for it, too, and has nine seconds.
 */
export const HALTED_MS = 5000;

/** Bytes a second that one address may send over HTTP/2 for long, and at once: all of it is parsed, wanted or not. */
export const HTTP2_BYTES_PER_S = 32 * 1024 * 1024;
export const HTTP2_BYTES_AT_ONCE = 8 * 1024 * 1024;

/** Bounds what can arrive between two checks: what one core can answer in that time. */
export const LOOKED_AT_EVERY_MS = 100;
export const LOOKS_PER_S = 1000 / LOOKED_AT_EVERY_MS;

/** Slowest reading rate that is tolerated, in bytes a second; see also `stalledMs`. */
export const READER_BYTES_PER_S = 4 * 1024;

/** Upper bound of a body's bytes in memory, Node's read-ahead included. */
export const BODY_BYTES_MAX = 576 * 1024;

/** API keys, a page's cookies and tracing headers come to less than 2 KB. */
const HEADER_BYTES_MAX = 16 * 1024;

/** How often Node checks idle connections; its default of 30 s would double every limit. */
const CHECKED_EVERY_MS = 1000;

/** Options of Node's HTTP/1.1 parser. Its times count from the first byte, or from when the connection opened. */
export const HTTP1_OPTIONS = {
  headersTimeout: LIMITS.requestMs,
  requestTimeout: LIMITS.requestMs,
  keepAliveTimeout: LIMITS.idleMs,
  connectionsCheckingInterval: CHECKED_EVERY_MS,
  maxHeaderSize: HEADER_BYTES_MAX,
};

/** Options of Node's HTTP/2 sessions. nghttp2 itself counts frames that request nothing. */
export const HTTP2_OPTIONS = {
  settings: { maxConcurrentStreams: STREAMS_PER_CONNECTION, maxHeaderListSize: HEADER_BYTES_MAX },
  // Twice as many as browsers and gRPC clients send.
  maxHeaderListPairs: 128,
  // In megabytes: header tables and unsent data. Node refuses new streams above that.
  maxSessionMemory: 10,
  maxSettings: 32,
  maxOutstandingPings: 10,
  // A client that follows the protocol sends few: frames for a stream that just ended, and streams above the
  // limit before it learns of the limit.
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  // Older Node versions ignore these, and use 1000 and 33.
  streamResetBurst: RESETS_MAX,
  streamResetRate: RESETS_PER_S,
  unknownProtocolTimeout: LIMITS.firstByteMs,
};
