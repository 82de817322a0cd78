import { headerOf, type HttpRequest } from "./http.js";
import { requestError } from "./request-error.js";

/** Whether the request can have a body at all: most do not, and then there is nothing to wait for. */
export function mayHaveBody(request: HttpRequest): boolean {
  if ("stream" in request) return !request.stream.endAfterHeaders;
  const { headers } = request;
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** The whole body, of at most `bytesMax` bytes; what a client sends beyond them is read by nobody. */
export function readBytes(request: HttpRequest, bytesMax: number): Promise<Buffer> {
  if (Number(headerOf(request, "content-length") ?? 0) > bytesMax) return Promise.reject(tooLarge(bytesMax));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= bytesMax) return;
      request.off("data", onData);
      reject(tooLarge(bytesMax));
    };
    request.on("data", onData);
    request.once("end", () => {
      const [first] = chunks;
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, size));
    });
    const onClose = (): void => {
      if (!request.readableEnded) reject(requestError("body_malformed", "The request body broke off."));
    };
    request.once("close", onClose).once("error", onClose);
  });
}

/** The error of a body over the limit. */
export function tooLarge(bytesMax: number): Error {
  return requestError("body_too_large", `The request body is larger than ${bytesMax} bytes.`);
}
