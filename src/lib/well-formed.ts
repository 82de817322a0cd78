/**
 * Replaces each lone surrogate with U+FFFD. UTF-8 cannot encode a lone surrogate: `encodeURIComponent`
 * throws, and other encoders write invalid text. So every input that is sent on or logged passes through here
 * first.
 */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}
