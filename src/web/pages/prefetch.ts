import type { HttpRequest } from "../../lib/http.js";

/**
 * True where a browser or a preview loads a page that nobody has opened yet. To give out a payment form, or
 * to ask the gateway, is for a shopper who is there.
 */
export function isPrefetch({ headers }: HttpRequest): boolean {
  return PURPOSES.some((name) => AHEAD.test(String(headers[name] ?? "")));
}

/** The first is the standard; Chromium and Safari, older ones of theirs, and Firefox before it have the others. */
const PURPOSES = ["sec-purpose", "purpose", "x-purpose", "x-moz"] as const;

const AHEAD = /prefetch|prerender|preview/i;
