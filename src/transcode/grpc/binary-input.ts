import { isUtf8 } from "node:buffer";

import { FastPathMiss } from "./fast-path.js";

/** Reads protobuf's binary format piece by piece. Throws Unusual for whatever is not as most messages have it. */
export class BinaryInput {
  readonly #bytes: Buffer;
  #at = 0;
  #end: number;
  #depth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Whether the message that is being read goes on. */
  get more(): boolean {
    return this.#at < this.#end;
  }

  /** A number that a JavaScript number holds exactly. */
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

  /** One that is not negative and fits in 32 bits with its sign. */
  int32(): number {
    const value = this.varint();
    if (value > INT32_MAX) throw new FastPathMiss();
    return value;
  }

  /** Its length, and the text. */
  text(): string {
    const length = this.#length();
    const begin = this.#at;
    this.#at += length;
    return this.#slice(begin, this.#at);
  }

  /** Its length, and what `read` makes of the message behind that. */
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
    // A byte order mark is dropped by protobuf-es, and kept by others: not for here to say.
    const bytes = this.#bytes.subarray(begin, end);
    if (!isUtf8(bytes) || beginsWithMark(bytes)) throw new FastPathMiss();
    return this.#bytes.toString("utf8", begin, end);
  }
}

/** Seven times seven bits are exact; more are rare. */
const VARINT_BYTES_MAX = 7;

const INT32_MAX = 2 ** 31 - 1;

/** protobuf-es has a limit of its own, and a text for it. */
const DEPTH_MAX = 32;

function beginsWithMark(bytes: Buffer): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** Most texts are short: a call of the engine takes longer than to go through them. */
function isAscii(bytes: Buffer, begin: number, end: number): boolean {
  for (let at = begin; at < end; at++) if ((bytes[at] ?? 0) > 0x7f) return false;
  return true;
}
