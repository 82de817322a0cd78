import { BodyTooLarge, readBodyWithCallbacks } from "../../lib/http.js";
import type { HttpRequest } from "./http.js";
import { requestError } from "../errors/request-error.js";

/** Whether the request can have a body; most have none, and need no wait. */
export function mayHaveBody(request: HttpRequest): boolean {
  if ("stream" in request) return !request.stream.endAfterHeaders;
  const { headers } = request;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/**
 * Reads the complete body of at most `bytesMax` bytes and converts it with `make`. Rejects with a
 * ConnectError for the caller.
 */
export function readBytes<Made>(
  request: HttpRequest,
  bytesMax: number,
  make: (bytes: Buffer) => Made | Promise<Made>,
): Promise<Made> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const done = (bytes: Buffer): void => {
      try {
        resolve(make(bytes));
      } catch (error) {
        reject(error);
      }
    };
    const failed = (error: Error): void => {
      const isLarge = error instanceof BodyTooLarge;
      reject(isLarge ? tooLarge(bytesMax) : requestError("body_malformed", "The request body broke off."));
    };
    readBodyWithCallbacks(request, bytesMax, done, failed);
  });
}

/** The error of a body over the limit. */
export function tooLarge(bytesMax: number): Error {
  return requestError("body_too_large", `The request body is larger than ${bytesMax} bytes.`);
}
