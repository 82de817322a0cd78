/** What every answer to a call says: it is about money, and for one reader. */
const PRIVATE = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/**
 * With TLS: who was here once does not come without it for a year. Not for subdomains, which are others' to
 * promise for.
 */
const HSTS = { "strict-transport-security": "max-age=31536000" };

/** The headers of every answer to a call, besides its own. `secure`: the port speaks TLS. */
export function callHeaders(requestId: string, secure: boolean): Record<string, string> {
  return secure ? { "request-id": requestId, ...PRIVATE, ...HSTS } : { "request-id": requestId, ...PRIVATE };
}
