import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import fresh from "fresh";
import { preferredEncodings } from "negotiator/lib/encoding.js";

import { type HttpRequest, type HttpResponse, sendHead } from "../../lib/http.js";
import { sendBytes } from "./send-bytes.js";

/** A file that every client may read. */
export interface StaticSource {
  readonly type: string;
  /** Value of `Cache-Control`. */
  readonly cacheControl: string;
  readonly headers?: Record<string, string>;
  readonly read: () => Promise<Buffer>;
}

/** Answers GET and HEAD with one static file. */
export type StaticFile = (request: HttpRequest, response: HttpResponse) => Promise<void>;

/**
 * Serves a file that does not change while the process runs. The first request reads and compresses it; the
 * bytes are kept and shared by all responses, so that further requests cost neither memory nor compression.
 *
 * Rejects where the file cannot be read; the next request reads it again.
 */
export function staticFile(source: StaticSource): StaticFile {
  const representations = keptRepresentations(source.read);
  return async (request, response) => {
    const representation = await representations[acceptedCoding(request)]();
    if (fresh(request.headers, { etag: representation.etag })) {
      sendHead(response, 304, headOf(source, representation)).end();
    } else sendWhole(request, response, source, representation);
  };
}

function headOf({ headers, cacheControl }: StaticSource, { etag }: Representation): Record<string, string> {
  return { ...headers, "cache-control": cacheControl, vary: "Accept-Encoding", etag };
}

function sendWhole(
  { method }: HttpRequest,
  response: HttpResponse,
  source: StaticSource,
  representation: Representation,
): void {
  const { bytes, coding } = representation;
  sendHead(response, 200, {
    ...headOf(source, representation),
    "content-type": source.type,
    ...(coding === "identity" ? {} : { "content-encoding": coding }),
    "content-length": String(bytes.length),
  });
  if (method === "HEAD") response.end();
  else sendBytes(response, bytes);
}

/** By preference, where a client accepts several with equal weight. */
const CODINGS = ["br", "gzip", "identity"] as const;

type Coding = (typeof CODINGS)[number];

/** A client that accepts none of them gets `identity` all the same (RFC 9110, 12.5.3). */
function acceptedCoding({ headers }: HttpRequest): Coding {
  const accepted = headers["accept-encoding"];
  if (accepted === undefined) return "identity";
  const [best] = preferredEncodings(accepted, CODINGS, CODINGS);
  return CODINGS.find((coding) => coding === best) ?? "identity";
}

interface Representation {
  readonly coding: Coding;
  readonly bytes: Buffer;
  readonly etag: string;
}

function keptRepresentations(read: () => Promise<Buffer>): Record<Coding, () => Promise<Representation>> {
  const plain = kept(async () => represented("identity", await read()));
  const compressed = (coding: "br" | "gzip") =>
    kept(async () => represented(coding, await COMPRESS[coding]((await plain()).bytes)));
  return { identity: plain, br: compressed("br"), gzip: compressed("gzip") };
}

/** The ETag is strong: a hash of the representation's bytes. */
function represented(coding: Coding, bytes: Buffer): Representation {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url")}"`;
  return { coding, bytes, etag };
}

/** Both run on Node's thread pool. Brotli's quality 11 takes five seconds for the largest file, 9 takes 0.3. */
const COMPRESS = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

/** Calls `make` once and returns its promise to every caller; calls it again after a failure. */
function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => {
    const current = (made ??= make());
    try {
      return await current;
    } catch (error) {
      if (made === current) made = undefined;
      throw error;
    }
  };
}
