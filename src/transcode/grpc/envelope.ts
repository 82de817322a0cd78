import { Code, ConnectError } from "@connectrpc/connect";
import { bodyTooLarge, requestError } from "../errors/request-error.js";

/** Prefix of each message: one byte of flags, four of length. */
export const PREFIX_BYTES = 5;

/** The flag of a compressed message. Clients may set no other. */
const PACKED = 1;

/** Writes the prefix of an uncompressed message into the five unused bytes before it. */
export function withPrefix(bytes: Buffer): Buffer {
  bytes[0] = 0;
  bytes.writeUInt32BE(bytes.byteLength - PREFIX_BYTES, 1);
  return bytes;
}

/**
 * Assembles the one message of a unary call from network chunks. Refuses a message that is too large as soon
 * as its length is known, and any bytes behind the message.
 */
export class OneMessage {
  readonly #bytesMax: number;
  readonly #mayBePacked: boolean;
  readonly #first: Envelope;
  /** Bytes behind the message, which a valid call does not have. */
  #second: Envelope | undefined;

  constructor(bytesMax: number, mayBePacked = false) {
    this.#bytesMax = bytesMax;
    this.#mayBePacked = mayBePacked;
    this.#first = new Envelope(bytesMax, mayBePacked);
  }

  /** Adds a chunk. Throws a ConnectError for an invalid call. */
  add(chunk: Buffer): void {
    const rest = this.#first.add(chunk);
    if (rest.byteLength === 0) return;
    this.#second ??= new Envelope(this.#bytesMax, this.#mayBePacked);
    this.#second.add(rest);
    if (this.#second.whole) {
      throw new ConnectError(
        `${PROTOCOL}: received extra input message for unary method`,
        Code.Unimplemented,
      );
    }
  }

  /** Returns the envelope once the caller has ended its stream. Throws a ConnectError where it is incomplete. */
  whole(): Envelope {
    if (!this.#first.begun) {
      throw new ConnectError(`${PROTOCOL}: missing input message for unary method`, Code.Unimplemented);
    }
    if (!this.#first.whole || this.#second !== undefined) throw incompleteEnvelope();
    return this.#first;
  }

  /** Returns the message's bytes; refuses a compressed one. */
  end(): Buffer {
    return this.whole().message();
  }
}

const PROTOCOL = "protocol error";

/** The error of a stream that ends within a message. */
export function incompleteEnvelope(): ConnectError {
  return requestError("body_malformed", `${PROTOCOL}: incomplete envelope`);
}

/** A prefix and the message behind it. */
export class Envelope {
  readonly #bytesMax: number;
  readonly #mayBePacked: boolean;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes of prefix and message; unknown until the prefix is complete. */
  #wanted: number | undefined;
  #packed = false;

  constructor(bytesMax: number, mayBePacked: boolean) {
    this.#bytesMax = bytesMax;
    this.#mayBePacked = mayBePacked;
  }

  get begun(): boolean {
    return this.#size > 0;
  }

  get whole(): boolean {
    return this.#size === this.#wanted;
  }

  /** Whether the message is compressed; known once it is complete. */
  get packed(): boolean {
    return this.#packed;
  }

  /** Adds the part of a chunk that belongs to this envelope, and returns the rest. */
  add(chunk: Buffer): Buffer {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    this.#wanted ??= this.#wantedBytes();
    const rest = this.#size - (this.#wanted ?? this.#size);
    if (rest <= 0) return NOTHING;
    const own = chunk.byteLength - rest;
    this.#chunks[this.#chunks.length - 1] = chunk.subarray(0, own);
    this.#size -= rest;
    return chunk.subarray(own);
  }

  /** A message that arrives in one chunk, as most do, is not copied. */
  message(): Buffer {
    const [first = NOTHING] = this.#chunks;
    const bytes = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#size);
    return bytes.subarray(PREFIX_BYTES);
  }

  #wantedBytes(): number | undefined {
    if (this.#size < PREFIX_BYTES) return undefined;
    const [first = NOTHING] = this.#chunks;
    const prefix = first.byteLength >= PREFIX_BYTES ? first : Buffer.concat(this.#chunks, this.#size);
    const length = prefix.readUInt32BE(1);
    if (length > this.#bytesMax) throw bodyTooLarge(this.#bytesMax);
    this.#checkFlags(prefix.readUInt8());
    return PREFIX_BYTES + length;
  }

  #checkFlags(flags: number): void {
    if (flags === 0) return;
    if (flags !== PACKED) throw requestError("body_malformed", `${PROTOCOL}: unknown flags ${flags}`);
    this.#packed = true;
    if (this.#mayBePacked) return;
    throw requestError("body_malformed", `${PROTOCOL}: the message is compressed, and no header says how`);
  }
}

const NOTHING = Buffer.alloc(0);
