/**
 * The text with U+FFFD in the place of each half character. A JavaScript string can hold halves, for which
 * UTF-8 has no bytes: `encodeURIComponent` throws, and others write what no reader takes. So whatever is to
 * be sent or logged and may come from outside passes here first.
 */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}
