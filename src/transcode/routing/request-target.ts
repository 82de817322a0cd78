/** The path and the query of a request target, both raw: neither decoded nor normalised. */
export interface Target {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/**
 * Takes a request target apart. `new URL` would resolve `%2e%2e`, turn `\` into `/` and read `//v1/x` as the host
 * `v1`.
 */
export function parseTarget(url: string): Target {
  const hash = url.indexOf("#");
  const target = pathAndQuery(hash === -1 ? url : url.slice(0, hash));
  const question = target.indexOf("?");
  if (question === -1) return { path: target, query: "" };
  return { path: target.slice(0, question), query: target.slice(question + 1) };
}

/** Clients that talk to a proxy send the whole address (RFC 9112, absolute-form). */
function pathAndQuery(url: string): string {
  if (url.startsWith("/")) return url;
  const absolute = /^https?:\/\/[^/?]*/i.exec(url);
  return absolute === null ? url : url.slice(absolute[0].length);
}
