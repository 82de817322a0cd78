import { Code, ConnectError } from "@connectrpc/connect";
import { tooLarge } from "../http/request-bytes.js";
import { requestError } from "../errors/request-error.js";

/** One byte of flags and four of length stand before each message. */
export const PREFIX_BYTES = 5;

/** The first bit of the flags. All others are the server's, or nobody's. */
const PACKED = 1;

/** Fills in the prefix of a message that stands behind the room for it; never compressed. */
export function withPrefix(bytes: Buffer): Buffer {
  bytes[0] = 0;
  bytes.writeUInt32BE(bytes.byteLength - PREFIX_BYTES, 1);
  return bytes;
}

/**
 * Reads the one message of a unary call from the pieces that the network makes of it. Refuses what is too
 * large as soon as its length is known, and whatever comes behind the message.
 */
export class OneMessage {
  readonly #bytesMax: number;
  readonly #mayBePacked: boolean;
  readonly #first: Envelope;
  /** There should be none. */
  #second: Envelope | undefined;

  constructor(bytesMax: number, mayBePacked = false) {
    this.#bytesMax = bytesMax;
    this.#mayBePacked = mayBePacked;
    this.#first = new Envelope(bytesMax, mayBePacked);
  }

  /** Takes the next bytes. Throws a ConnectError for what no valid call sends. */
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

  /** The message's envelope, once the caller has sent all it wants to send. */
  whole(): Envelope {
    if (!this.#first.begun) {
      throw new ConnectError(`${PROTOCOL}: missing input message for unary method`, Code.Unimplemented);
    }
    if (!this.#first.whole || this.#second !== undefined) throw incompleteEnvelope();
    return this.#first;
  }

  /** The message itself, where it cannot be packed. */
  end(): Buffer {
    return this.whole().message();
  }
}

const PROTOCOL = "protocol error";

/** The error of a caller who ends in the middle of a message. */
export function incompleteEnvelope(): ConnectError {
  return requestError("body_malformed", `${PROTOCOL}: incomplete envelope`);
}

/** A prefix and the message behind it. */
export class Envelope {
  readonly #bytesMax: number;
  readonly #mayBePacked: boolean;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes of prefix and message; unknown until the prefix is there. */
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

  /** Whether the message is packed; known once it is whole. */
  get packed(): boolean {
    return this.#packed;
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
    if (length > this.#bytesMax) throw tooLarge(this.#bytesMax);
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
