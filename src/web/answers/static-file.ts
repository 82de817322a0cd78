import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import fresh from "fresh";
import { preferredEncodings } from "negotiator/lib/encoding.js";

import { type HttpRequest, type HttpResponse, sendBytes, sendHead } from "../../lib/http.js";

/** What is to be served, the same for everybody. */
export interface StaticSource {
  readonly type: string;
  /** For how long a browser may use it without asking, as `Cache-Control` says it. */
  readonly cacheControl: string;
  readonly headers?: Record<string, string>;
  readonly read: () => Promise<Buffer>;
}

/** Answers GET and HEAD with one static file. */
export type StaticFile = (request: HttpRequest, response: HttpResponse) => Promise<void>;

/**
 * Serves a file that never changes while the process runs. It is read and compressed at the first request for
 * it, and kept: every answer is written from the same bytes, so that many of them cost neither memory nor
 * work.
 *
 * What could not be read is not remembered: the next request reads it again.
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

/** In the order of our liking, where a client likes several as much. */
const CODINGS = ["br", "gzip", "identity"] as const;

type Coding = (typeof CODINGS)[number];

/** A client that accepts none of them, not even the file as it is, gets that all the same (RFC 9110, 12.5.3). */
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

/** Strong: each representation has its own, made of its bytes. */
function represented(coding: Coding, bytes: Buffer): Representation {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url")}"`;
  return { coding, bytes, etag };
}

/**
 * Both work on a thread of Node's pool. The best brotli would take five seconds for the largest file, this
 * takes 0.3.
 */
const COMPRESS = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

/** The promise of the first call for all that follow, unless it fails. */
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
