/**
 * Percent-decoding of parts of a raw request target, or of a form, each exactly once. Each character of a raw text is a
 * byte, as Node reads both. Bytes that are not UTF-8 and broken escapes are refused. A raw byte beyond ASCII, which
 * some clients send, counts as if it had been escaped.
 */

/** Decodes a text; undefined where an escape is broken or the bytes are no UTF-8. */
export function percentDecoded(raw: string): string | undefined {
  return NEEDS_DECODING.test(raw) ? decoded(raw, PLUS) : raw;
}

/** As `percentDecoded`, for a name or value of a query or form, where `+` is a space. */
export function formDecoded(raw: string): string | undefined {
  return NEEDS_FORM_DECODING.test(raw) ? decoded(raw, SPACE) : raw;
}

const NEEDS_DECODING = /[%\u0080-\uffff]/;
const NEEDS_FORM_DECODING = /[+%\u0080-\uffff]/;

const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/** Byte by byte: replacing in a text of a megabyte takes V8 half a second where every character is replaced. */
function decoded(raw: string, plus: number): string | undefined {
  const bytes = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    const character = raw.charCodeAt(at);
    let byte = character === PLUS ? plus : character;
    if (character === PERCENT) {
      byte = hexDigit(raw.charCodeAt(at + 1)) * 16 + hexDigit(raw.charCodeAt(at + 2));
      at += 2;
    }
    if (!(byte <= 0xff)) return undefined; // NaN, too.
    bytes[length++] = byte;
  }
  try {
    return UTF8.decode(bytes.subarray(0, length));
  } catch {
    return undefined; // It throws for bytes that are no UTF-8 only, which the caller reports.
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** NaN for a character that is no digit, or missing. */
function hexDigit(character: number): number {
  if (character >= 0x30 && character <= 0x39) return character - 0x30;
  const letter = character | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}
