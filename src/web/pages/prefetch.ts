import type { HttpRequest } from "../../lib/http.js";

/**
 * True where a browser prefetches a page, or an app previews a link, before the shopper opens it. The script of a
 * page that is drawn ahead would send its form on.
 */
export function isPrefetch({ headers }: HttpRequest): boolean {
  return PURPOSES.some((name) => AHEAD.test(String(headers[name] ?? "")));
}

/**
 * `sec-purpose` is the standard; the others are of Chromium and Safari, of their older versions, and of older
 * Firefox.
 */
const PURPOSES = ["sec-purpose", "purpose", "x-purpose", "x-moz"] as const;

const AHEAD = /prefetch|prerender|preview/i;
