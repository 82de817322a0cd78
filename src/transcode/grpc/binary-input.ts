import { isUtf8 } from "node:buffer";

import { FastPathMiss } from "./fast-path.js";

/**
 * Reads protobuf's binary format value by value. Throws FastPathMiss for an encoding that most messages do
 * not use.
 */
export class BinaryInput {
  readonly #bytes: Buffer;
  #at = 0;
  #end: number;
  #depth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Whether the current message has more bytes. */
  get more(): boolean {
    return this.#at < this.#end;
  }

  /** Reads a varint that a JavaScript number holds exactly. */
  varint(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (let read = 1; read < VARINT_BYTES_MAX; read++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw new FastPathMiss();
  }

  /** Reads a varint from 0 to 2^31 - 1. */
  int32(): number {
    const value = this.varint();
    if (value > INT32_MAX) throw new FastPathMiss();
    return value;
  }

  /** Reads a length and a text. */
  text(): string {
    const length = this.#length();
    const begin = this.#at;
    this.#at += length;
    return this.#slice(begin, this.#at);
  }

  /** Reads a length and, with `read`, the message behind it. */
  message<T>(read: (input: BinaryInput) => T): T {
    const length = this.#length();
    const outer = this.#end;
    this.#end = this.#at + length;
    if (++this.#depth > DEPTH_MAX) throw new FastPathMiss();
    const message = read(this);
    if (this.#at !== this.#end) throw new FastPathMiss();
    this.#depth--;
    this.#end = outer;
    return message;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new FastPathMiss();
    return this.#bytes[this.#at++] ?? 0;
  }

  #length(): number {
    const length = this.varint();
    if (length > this.#end - this.#at) throw new FastPathMiss();
    return length;
  }

  #slice(begin: number, end: number): string {
    if (isAscii(this.#bytes, begin, end)) return this.#bytes.toString("latin1", begin, end);
    // protobuf-es drops a byte order mark, other implementations keep it: protobuf-es decides.
    const bytes = this.#bytes.subarray(begin, end);
    if (!isUtf8(bytes) || beginsWithMark(bytes)) throw new FastPathMiss();
    return this.#bytes.toString("utf8", begin, end);
  }
}

/** A varint of seven bytes is exact; longer ones are rare. */
const VARINT_BYTES_MAX = 7;

const INT32_MAX = 2 ** 31 - 1;

/** Beyond it protobuf-es decides, by its own limit. */
const DEPTH_MAX = 32;

function beginsWithMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Most texts are short, and decoding them here is faster than a call into the engine. */
function isAscii(bytes: Buffer, begin: number, end: number): boolean {
  for (let at = begin; at < end; at++) if ((bytes[at] ?? 0) > 0x7f) return false;
  return true;
}
