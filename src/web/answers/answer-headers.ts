/** Headers of every response to a call: it concerns money, and only the caller may keep it. */
const PRIVATE = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/**
 * With TLS: for a year, browsers use no plain HTTP. Without `includeSubDomains`, since this service does not
 * run those.
 */
const HSTS = { "strict-transport-security": "max-age=31536000" };

/** The common headers of a response to a call. `secure`: the port speaks TLS. */
export function callHeaders(requestId: string, secure: boolean): Record<string, string> {
  return secure ? { "request-id": requestId, ...PRIVATE, ...HSTS } : { "request-id": requestId, ...PRIVATE };
}
