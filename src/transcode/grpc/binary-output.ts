import { FastPathMiss } from "./fast-path.js";

/** Writes protobuf's binary format field by field. Throws FastPathMiss for a value that does not fit its field. */
export class BinaryOutput {
  #bytes = Buffer.allocUnsafeSlow(KEPT_MAX);
  #at = 0;

  /** Starts a new message behind `headroom` unused bytes. */
  begin(headroom: number): void {
    if (this.#bytes.length > KEPT_MAX) this.#bytes = Buffer.allocUnsafeSlow(KEPT_MAX);
    this.#at = headroom;
  }

  /** The bytes written since `begin`. */
  copy(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#at));
  }

  text(field: number, value: unknown): void {
    if (typeof value !== "string") throw new FastPathMiss();
    this.#ensure(value.length * 3 + FIELD_BYTES_MAX);
    this.#varint(field * 8 + LENGTH_DELIMITED);
    if (value.length <= SHORT_TEXT) this.#shortText(value);
    else {
      this.#varint(Buffer.byteLength(value));
      this.#at += this.#bytes.write(value, this.#at, "utf8");
    }
  }

  bool(field: number, value: unknown): void {
    if (typeof value !== "boolean") throw new FastPathMiss();
    this.#number(field, value ? 1 : 0);
  }

  /** An enum's number is one, too. Negative ones are rare. */
  int32(field: number, value: unknown): void {
    this.#number(field, positiveInt32(value));
  }

  /** Writes a packed list of enums' numbers; nothing for an empty one. */
  enums(field: number, values: readonly unknown[]): void {
    if (values.length === 0) return;
    const lengthAt = this.open(field);
    for (const value of values) {
      this.#ensure(FIELD_BYTES_MAX);
      this.#varint(positiveInt32(value));
    }
    this.close(lengthAt);
  }

  int64(field: number, value: unknown): void {
    // Greater and negative numbers are rare.
    if (typeof value !== "bigint" || value < 0n || value > SAFE) throw new FastPathMiss();
    this.#number(field, Number(value));
  }

  /** Begins a nested message, whose length precedes it. Returns the position to pass to `close`. */
  open(field: number): number {
    this.#ensure(FIELD_BYTES_MAX);
    this.#varint(field * 8 + LENGTH_DELIMITED);
    return this.#at++;
  }

  /** Ends the nested message begun last. */
  close(lengthAt: number): void {
    const begin = lengthAt + 1;
    const length = this.#at - begin;
    if (length < 0x80) {
      this.#bytes[lengthAt] = length;
      return;
    }
    this.#ensure(FIELD_BYTES_MAX);
    const more = varintBytes(length) - 1;
    this.#bytes.copyWithin(begin + more, begin, this.#at);
    const end = this.#at + more;
    this.#at = lengthAt;
    this.#varint(length);
    this.#at = end;
  }

  /** Writes a map with text keys and values. */
  texts(field: number, value: unknown): void {
    const texts = value as Record<string, unknown>;
    for (const key of Object.keys(texts)) {
      const lengthAt = this.open(field);
      this.text(1, key);
      this.text(2, texts[key]);
      this.close(lengthAt);
    }
  }

  #number(field: number, value: number): void {
    this.#ensure(FIELD_BYTES_MAX);
    this.#varint(field * 8);
    this.#varint(value);
  }

  /**
   * Writes a short text, whose length takes one byte. Most are ASCII, and encoding that here is faster than a
   * call into the engine.
   */
  #shortText(value: string): void {
    const lengthAt = this.#at++;
    const begin = this.#at;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        this.#at = begin + this.#bytes.write(value, begin, "utf8");
        break;
      }
      this.#bytes[this.#at++] = code;
    }
    this.#bytes[lengthAt] = this.#at - begin;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  #ensure(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow((this.#at + bytes) * 2);
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Larger buffers, as lists need, are not kept. */
const KEPT_MAX = 64 * 1024;

const LENGTH_DELIMITED = 2;

/** Bytes of a field's tag and the number or length behind it. */
const FIELD_BYTES_MAX = 16;

/** At three bytes a character, the length stays below 128. */
const SHORT_TEXT = 42;

const INT32_MAX = 2 ** 31 - 1;

function positiveInt32(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > INT32_MAX)
    throw new FastPathMiss();
  return value as number;
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}
