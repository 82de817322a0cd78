import { parseUrl } from "./hosts/parse-url.js";

/** Scheme, host, and optionally a port and a path, to which addresses are appended. */
const BASE_URL =
  /^https?:\/\/([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?((?:\/(?:[\w.~!$&'()*+,;=:@-]|%[\da-f]{2})+)*)\/*$/i;

/** A page's address appended to it still fits into every gateway field and database column. */
const LENGTH_MAX = 500;

/**
 * Returns the base URL without a trailing slash. Throws an Error that says what is wrong with a URL that
 * would lead elsewhere than it reads once an address is appended: one with a query, a fragment, a user, or a
 * host that `URL` writes differently.
 */
export function parseBaseUrl(text: string): string {
  const fault = FAULTS.find(({ found }) => found.test(text));
  if (fault !== undefined) throw new Error(`must be a URL ${fault.says}`);
  if (text.length > LENGTH_MAX) throw new Error(`must have ${LENGTH_MAX} characters at most`);
  const parts = BASE_URL.exec(text);
  const url = parseUrl(text);
  if (parts === null || url === undefined) throw new Error("must be a URL of the kind http:// or https://");
  const { origin, hostname, port, pathname } = url;
  if (hostname !== parts[1]?.toLowerCase()) throw new Error(`must name its host as ${hostname}`);
  if (/^\.|\.\.|\.$/.test(hostname)) throw new Error("must name its host without an extra dot");
  if (port === "0") throw new Error("must not name port 0");
  const path = pathname.replace(/\/+$/, "");
  if (path !== parts[2]) throw new Error("must have a path without . and ..");
  return `${origin}${path}`;
}

/** The URL of a path below a base URL. */
export function urlBelow(baseUrl: string, path: string): string {
  return `${baseUrl.replace(/\/+$/, "")}${path}`;
}

/** The path of a base URL, without a slash at its end: "" for most. */
export function basePathOf(baseUrl: string): string {
  const from = baseUrl.indexOf("/", baseUrl.indexOf("://") + "://".length);
  return from === -1 ? "" : baseUrl.slice(from).replace(/\/+$/, "");
}

/** The error names the first fault found. */
const FAULTS: readonly { readonly found: RegExp; readonly says: string }[] = [
  // oxlint-disable-next-line no-control-regex -- The pattern finds control characters.
  { found: /[\u0000-\u0020\u007f]/, says: "without spaces and control characters" },
  { found: /[^\u0020-\u007e]/, says: "in ASCII: its host in punycode (xn--...), its path percent-encoded" },
  { found: /\\/, says: "without backslashes" },
  { found: /\?/, says: "without a query (?)" },
  { found: /#/, says: "without a fragment (#)" },
  { found: /^[^/]*\/\/[^/]*@/, says: "without a user and password (@)" },
];
