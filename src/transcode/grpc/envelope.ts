import { Code, ConnectError } from "@connectrpc/connect";

/** One byte of flags and four of length stand before each message. */
export const PREFIX_BYTES = 5;

/** The first bit of the flags. */
const COMPRESSED = 1;

/** Fills in the prefix of a message that stands behind the room for it; never compressed. */
export function withPrefix(bytes: Buffer): Buffer {
  bytes[0] = 0;
  bytes.writeUInt32BE(bytes.byteLength - PREFIX_BYTES, 1);
  return bytes;
}

/**
 * Reads the one message of a unary call from the pieces that the network makes of it. Refuses what is too large as soon as
 * its length is known, and whatever comes behind the message.
 */
export class OneMessage {
  readonly #bytesMax: number;
  readonly #first: Envelope;
  /** There should be none. */
  #second: Envelope | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#first = new Envelope(bytesMax);
  }

  /** Takes the next bytes. Throws a ConnectError for what no valid call sends. */
  add(chunk: Buffer): void {
    const rest = this.#first.add(chunk);
    if (rest.byteLength === 0) return;
    this.#second ??= new Envelope(this.#bytesMax);
    this.#second.add(rest);
    if (this.#second.whole) {
      throw new ConnectError(
        `${PROTOCOL}: received extra input message for unary method`,
        Code.Unimplemented,
      );
    }
  }

  /** The message, once the caller has sent all it wants to send. */
  end(): Buffer {
    if (!this.#first.begun) {
      throw new ConnectError(`${PROTOCOL}: missing input message for unary method`, Code.Unimplemented);
    }
    if (!this.#first.whole || this.#second !== undefined) {
      throw new ConnectError(`${PROTOCOL}: incomplete envelope`, Code.InvalidArgument);
    }
    return this.#first.message();
  }
}

const PROTOCOL = "protocol error";

/** A prefix and the message behind it. */
class Envelope {
  readonly #bytesMax: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes of prefix and message; unknown until the prefix is there. */
  #wanted: number | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get begun(): boolean {
    return this.#size > 0;
  }

  get whole(): boolean {
    return this.#size === this.#wanted;
  }

  /** Takes what belongs to this envelope, and answers with the rest. */
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

  /** Most messages come in one piece, and are not copied then. */
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
    if (length > this.#bytesMax) {
      const text = `message size ${length} is larger than configured readMaxBytes ${this.#bytesMax}`;
      throw new ConnectError(text, Code.ResourceExhausted);
    }
    if ((prefix.readUInt8() & COMPRESSED) !== 0) {
      // A call that says how it compresses never comes here.
      const text = "received compressed envelope, but do not know how to decompress";
      throw new ConnectError(text, Code.Internal);
    }
    return PREFIX_BYTES + length;
  }
}

const NOTHING = Buffer.alloc(0);
