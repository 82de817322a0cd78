/** The raw path and query of a request target, neither decoded nor normalised. */
export interface Target {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/**
 * Splits a request target. Not with `new URL`, which resolves `%2e%2e`, turns `\` into `/` and reads `//v1/x`
 * as the host `v1`.
 */
export function parseTarget(url: string): Target {
  const hash = url.indexOf("#");
  const target = pathAndQuery(hash === -1 ? url : url.slice(0, hash));
  const question = target.indexOf("?");
  if (question === -1) return { path: target, query: "" };
  return { path: target.slice(0, question), query: target.slice(question + 1) };
}

/** Clients of a proxy send the whole URL (RFC 9112, absolute-form). */
function pathAndQuery(url: string): string {
  if (url.startsWith("/")) return url;
  const absolute = /^https?:\/\/[^/?]*/i.exec(url);
  return absolute === null ? url : url.slice(absolute[0].length);
}
