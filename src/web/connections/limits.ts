/**
 * Every limit on what a client may cost before anybody knows whether it is a merchant, the same for all
 * ports. All ports of a process share one count.
 */
export interface ConnectionLimits {
  /** Open connections of the process. */
  readonly connections: number;
  /** Open connections of one address. */
  readonly connectionsPerAddress: number;
  /** Requests under way of one address: HTTP/2 may have a hundred on each connection. */
  readonly requestsPerAddress: number;
  /** Requests under way in the process. */
  readonly requests: number;
  /**
   * Streaming calls under way on one connection, of one address, in the process. They last as long as their
   * client likes.
   */
  readonly streamingPerConnection: number;
  readonly streamingPerAddress: number;
  readonly streaming: number;
  /** Bytes of answers that wait for slow readers, and of bodies that are not whole, of one address. */
  readonly bytesPerAddress: number;
  /** The same of the process. */
  readonly bytes: number;
  /** To a finished handshake of TLS, from there to HTTP/2's first SETTINGS or the first byte of a request. */
  readonly firstByteMs: number;
  /** To the last byte of a request's body. */
  readonly requestMs: number;
  /** Without a request under way. */
  readonly idleMs: number;
  /** How long a reader may take no byte at all, and how long it has for the first bytes of an answer. */
  readonly stalledMs: number;
  /**
   * A client of HTTP/2 without a request under way is asked this soon whether it is still there, and has so
   * long to answer.
   */
  readonly idleAskedMs: number;
  readonly idleAnswerMs: number;
  /** One with nothing but streaming calls is asked this often, and has longer: its calls would break off. */
  readonly streamingAskedMs: number;
  readonly streamingAnswerMs: number;
}

/** Reasons stand beside each number. */
const LIMITS: Omit<ConnectionLimits, "connections" | "connectionsPerAddress"> = {
  // A request under way takes about 10 kB and, without a key, 0.1 ms: what one address may have at once is
  // answered in 0.2 s.
  requestsPerAddress: 2000,
  requests: 8000,
  // A load balancer watches once, a tool asks once. Each costs memory only.
  streamingPerConnection: 10,
  streamingPerAddress: 100,
  streaming: 1000,
  // Ten of the largest lists, or a hundred copies of the viewer that /docs is drawn with.
  bytesPerAddress: 32 * 1024 * 1024,
  bytes: 96 * 1024 * 1024,
  firstByteMs: 10_000,
  requestMs: 30_000,
  idleMs: 60_000,
  stalledMs: 30_000,
  // On Node 20 it is only this question that frees the descriptor of a connection on which came what is no HTTP/2.
  idleAskedMs: 2000,
  idleAnswerMs: 5000,
  streamingAskedMs: 30_000,
  streamingAnswerMs: 20_000,
};

/** What a connection may take of the process' descriptors: the database, files and the gateway need the others. */
const DESCRIPTORS_RESERVED = 200;

/**
 * An idle connection takes 15 kB, one of HTTP/2 over TLS 100 kB: all of them stay below the memory of a small
 * server.
 */
const CONNECTIONS_MAX = 4000;

/** One address never takes more than half, and no more than what is enough for a load generator. */
const CONNECTIONS_PER_ADDRESS_MAX = 1000;

/** `descriptors` are what the process may open; `connections` is what the operator wants, if anything. */
export function connectionLimits(
  descriptors: number,
  connections: number = CONNECTIONS_MAX,
): ConnectionLimits {
  const all = Math.max(2, Math.min(connections, descriptors - DESCRIPTORS_RESERVED));
  const perAddress = Math.min(CONNECTIONS_PER_ADDRESS_MAX, Math.floor(all / 2));
  return { ...LIMITS, connections: all, connectionsPerAddress: perAddress };
}

/**
 * Streams of HTTP/2 that may be under way on one connection: as many as RFC 9113 wants at least. An address with many
 * connections has fewer on each, so that all together are within its requests.
 */
export const STREAMS_PER_CONNECTION = 100;

/** Requests of HTTP/1.1 that a client may send without waiting for an answer. Browsers send one. */
export const PIPELINED_PER_CONNECTION = 20;

/** Streams that a client may reset before they are answered, at once and then a second. */
export const RESETS_MAX = 200;
export const RESETS_PER_S = 33;

/** The slowest reader that is waited for, in bytes a second; see also `stalledMs`. */
export const READER_BYTES_PER_S = 4 * 1024;

/** More than a body may have anywhere, with what Node has read ahead. */
export const BODY_BYTES_MAX = 576 * 1024;

/** Merchants' keys, cookies of a page and a trace come to less than two. */
const HEADER_BYTES_MAX = 16 * 1024;

/** How often a connection without a request is looked at by Node itself; its own 30 s would double every limit. */
const CHECKED_EVERY_MS = 1000;

/** What Node's parser of HTTP/1.1 is held to. It counts from the first byte, or from the opening of the connection. */
export const HTTP1_OPTIONS = {
  headersTimeout: LIMITS.requestMs,
  requestTimeout: LIMITS.requestMs,
  keepAliveTimeout: LIMITS.idleMs,
  connectionsCheckingInterval: CHECKED_EVERY_MS,
  maxHeaderSize: HEADER_BYTES_MAX,
};

/** What Node and nghttp2 hold a session of HTTP/2 to. Frames that ask for nothing are counted there. */
export const HTTP2_OPTIONS = {
  settings: { maxConcurrentStreams: STREAMS_PER_CONNECTION, maxHeaderListSize: HEADER_BYTES_MAX },
  // Twice as many as browsers and gRPC send.
  maxHeaderListPairs: 128,
  // In megabytes: header tables and what waits to be sent. New streams are refused above that.
  maxSessionMemory: 10,
  maxSettings: 32,
  maxOutstandingPings: 10,
  // Few of a client that follows the protocol: frames for a stream that was just ended. Its streams beyond
  // the limit come before it knows of the limit.
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  // Older Nodes do not know these, and have 1000 and 33.
  streamResetBurst: RESETS_MAX,
  streamResetRate: RESETS_PER_S,
  unknownProtocolTimeout: LIMITS.firstByteMs,
};
