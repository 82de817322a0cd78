import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";

import { bodyTooLarge, requestError } from "../errors/request-error.js";
import type { HttpRequest } from "./http-call.js";

/**
 * Decodes the request's content encoding, none or gzip. `bytesMax` also limits the decoded bytes. Throws a
 * ConnectError.
 */
export async function decodedBody(request: HttpRequest, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const header = request.headers["content-encoding"];
  if (header === undefined) return bytes;
  const codings = header
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim());
  const real = codings.filter((coding) => coding !== "" && coding !== "identity");
  if (real.length === 0) return bytes;
  if (real.length > 1 || !GZIP.has(real[0] ?? "")) throw unsupportedCoding();
  return await unpacked("gzip", bytes, bytesMax);
}

/** RFC 9110 requires the old name to be accepted as well. */
const GZIP = new Set(["gzip", "x-gzip"]);

function unsupportedCoding(): Error {
  const text = "The content-encoding of the request is not supported: send gzip, or none.";
  return requestError("encoding_unsupported", text, undefined, { "accept-encoding": "gzip, identity" });
}

/** The supported compressions of a message. */
export type Packing = keyof typeof UNPACK;

/** The names of the supported compressions. */
export const packings: readonly string[] = ["gzip", "br"];

/** Whether a compression is supported. */
export function isPacking(name: string): name is Packing {
  return packings.includes(name);
}

const UNPACK = { gzip: promisify(gunzip), br: promisify(brotliDecompress) };

/**
 * Decompresses to at most `bytesMax` bytes. Throws a ConnectError for the caller where the bytes are invalid,
 * truncated or too many.
 */
export async function unpacked(packing: Packing, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  try {
    return await UNPACK[packing](bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw bodyTooLarge(bytesMax);
    throw requestError("body_malformed", `The request body is not valid ${packing}.`);
  }
}
