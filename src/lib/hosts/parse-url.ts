/**
 * The absolute URL that a text is; undefined where it is none. `URL.canParse` must not be asked: once V8 has optimized
 * a function that calls it, after some thousand calls, Node 20 takes the bytes of the text for UTF-8, which they are
 * not, and refuses every URL with a letter such as ü or ß.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined; // It is the answer: a text that is no URL.
  }
}
