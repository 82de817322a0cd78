import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { HttpRequest } from "./http.js";
import { tooLarge } from "./request-bytes.js";
import { requestError } from "./request-error.js";

const inflate = promisify(gunzip);

/** Undoes the request's content encoding: none or gzip. The limit holds for what comes out, too. */
export async function decodedBody(request: HttpRequest, bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const header = request.headers["content-encoding"];
  if (header === undefined) return bytes;
  const codings = header
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim());
  const real = codings.filter((coding) => coding !== "" && coding !== "identity");
  if (real.length === 0) return bytes;
  if (real.length > 1 || !GZIP.has(real[0] ?? "")) throw unsupported();
  try {
    return await inflate(bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(bytesMax);
    throw requestError("body_malformed", "The request body is not valid gzip.");
  }
}

/** RFC 9110 wants the old name understood, too. */
const GZIP = new Set(["gzip", "x-gzip"]);

function unsupported(): Error {
  const text = "The content-encoding of the request is not supported: send gzip, or none.";
  return requestError("encoding_unsupported", text, undefined, { "accept-encoding": "gzip, identity" });
}
