import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";

/** The metadata of a call: every header but HTTP/2's pseudo-headers. */
export function incomingMetadata(headers: IncomingHttpHeaders): Headers {
  const metadata = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(":")) continue;
    for (const item of Array.isArray(value) ? value : [value]) metadata.append(name, item);
  }
  return metadata;
}

/**
 * Adds a handler's metadata to the headers or trailers of a response, except names that are reserved for the
 * protocol or forbidden in HTTP/2.
 */
export function addMetadata(target: OutgoingHttpHeaders, metadata: Headers): OutgoingHttpHeaders {
  for (const [name, value] of metadata) {
    if (isReserved(name)) continue;
    const before = target[name];
    // `Headers` joins repeated headers into one text, except cookies.
    target[name] = Array.isArray(before) ? [...before, value] : name === "set-cookie" ? [value] : value;
  }
  return target;
}

function isReserved(name: string): boolean {
  return RESERVED.has(name) || name.startsWith("grpc-");
}

const RESERVED = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
