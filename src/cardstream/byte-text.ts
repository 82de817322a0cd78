import { isUtf8 } from "node:buffer";

/**
 * Decodes bytes to text without loss: a byte that is not UTF-8 becomes a lone surrogate, 0x80 as U+DC80 up to
 * 0xFF as U+DCFF. UTF-8 cannot encode such a surrogate, so `bytesOfText` returns exactly the bytes that were
 * read.
 *
 * The gateway cuts names by bytes, within a character, and passes on Latin-1 from old systems. Its signature
 * covers the bytes: text with replacement characters would no longer verify.
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

/** The bytes that `textOfBytes` read. Any other lone surrogate becomes U+FFFD. */
export function bytesOfText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(text.split(EACH_STRAY_BYTE).map(bytesOfPart));
}

/**
 * The text in readable form: always well-formed, without control characters other than tab and line ends.
 *
 * A character that was cut at the end is left out. Text that is otherwise ASCII is read as Latin-1; elsewhere
 * a stray byte is shown as U+FFFD.
 */
export function readableText(text: string): string {
  return withoutStrayBytes(text)
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\t\r\n]/gu, "");
}

/** Keeps a byte order mark: it is part of the signed bytes. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

const SURROGATES_FROM = 0xdc00;

/** With the flag `u`, the second half of a pair does not match. */
const STRAY_BYTE = /[\uDC80-\uDCFF]/u;
const EACH_STRAY_BYTE = /([\uDC80-\uDCFF])/u;

/** The length that a sequence's first byte announces (RFC 3629). The decoder checks the rest. */
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

/** An incomplete character at the very end: its first byte, with too few continuation bytes. */
const CUT_CHARACTER =
  /(?:[\uDCC2-\uDCDF]|[\uDCE0-\uDCEF][\uDC80-\uDCBF]?|[\uDCF0-\uDCF4][\uDC80-\uDCBF]{0,2})$/u;

/** `Jos` and 0xE9 is Latin-1's José rather than a Chinese character cut off after a name in ASCII. */
const LATIN_1_ENDING = /[\uDCE0-\uDCF4]$/u;

function isCut(text: string): boolean {
  return CUT_CHARACTER.test(text) && !(LATIN_1_ENDING.test(text) && isAscii(text));
}

/** Whether the text is ASCII, apart from bytes that are not UTF-8. */
function isAscii(text: string): boolean {
  return !/[^\0-\x7F\uDC80-\uDCFF]/u.test(text);
}
