import { isUtf8 } from "node:buffer";

/**
 * Text that loses no byte: what is not UTF-8 stands in it as a lone surrogate, byte 0x80 as U+DC80 up to 0xFF
 * as U+DCFF. UTF-8 can hold no such surrogate, so that `bytesOfText` gives back exactly the bytes that were
 * read.
 *
 * The gateway cuts names by bytes, inside a character, and passes on what old systems write in Latin-1. Its
 * signature is over the bytes: a message read with replacement characters would no longer be the one that was
 * signed.
 */
export function textOfBytes(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return UTF8.decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const sequence = bytes.subarray(at, at + sequenceLength(bytes[at] ?? 0));
    const isWhole = isUtf8(sequence);
    text += isWhole ? UTF8.decode(sequence) : String.fromCharCode(SURROGATES_FROM + (bytes[at] ?? 0));
    at += isWhole ? sequence.length : 1;
  }
  return text;
}

/** The bytes that `textOfBytes` read. Any other lone surrogate, which no bytes stand behind, becomes U+FFFD. */
export function bytesOfText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(text.split(EACH_STRAY_BYTE).map(bytesOfPart));
}

/**
 * The text as well as it can be read: always well-formed, without control characters other than tab and line
 * ends.
 *
 * A character that was cut at the end is left out. Text that is otherwise ASCII is read as Latin-1; anywhere
 * else a stray byte is shown as U+FFFD.
 */
export function readableText(text: string): string {
  return withoutStrayBytes(text)
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\t\r\n]/gu, "");
}

/** A byte order mark is kept: it is a part of what was signed. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

const SURROGATES_FROM = 0xdc00;

/** With the flag `u`, the second half of a pair does not match. */
const STRAY_BYTE = /[\uDC80-\uDCFF]/u;
const EACH_STRAY_BYTE = /([\uDC80-\uDCFF])/u;

/** What the first byte of a sequence says (RFC 3629). Whether the others fit is for the decoder to say. */
function sequenceLength(first: number): number {
  if (first < 0xc2) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function bytesOfPart(part: string): Buffer {
  return STRAY_BYTE.test(part) ? Buffer.of(part.charCodeAt(0) - SURROGATES_FROM) : Buffer.from(part);
}

function withoutStrayBytes(text: string): string {
  if (!STRAY_BYTE.test(text)) return text;
  const kept = isCut(text) ? text.replace(CUT_CHARACTER, "") : text;
  return STRAY_BYTE.test(kept) && isAscii(kept) ? bytesOfText(kept).toString("latin1") : kept;
}

/** The beginning of a character at the very end: its first byte, and fewer of the others than it wants. */
const CUT_CHARACTER =
  /(?:[\uDCC2-\uDCDF]|[\uDCE0-\uDCEF][\uDC80-\uDCBF]?|[\uDCF0-\uDCF4][\uDC80-\uDCBF]{0,2})$/u;

/** `Jos` and 0xE9 is Latin-1's José rather than a Chinese character that was cut behind a name in ASCII. */
const LATIN_1_ENDING = /[\uDCE0-\uDCF4]$/u;

function isCut(text: string): boolean {
  return CUT_CHARACTER.test(text) && !(LATIN_1_ENDING.test(text) && isAscii(text));
}

/** Nothing beyond ASCII but bytes that are not UTF-8. */
function isAscii(text: string): boolean {
  return !/[^\0-\x7F\uDC80-\uDCFF]/u.test(text);
}
