import { constants, type ServerHttp2Stream } from "node:http2";

/** Why a request may not begin. */
export type Refusal = "too many requests" | "too many streams";

/**
 * Closes a stream that may not begin. Node makes an error of each such code, which nobody looks at: to note
 * where it was made would take longer than all else.
 */
export function refuseStream(stream: ServerHttp2Stream, reason: Refusal): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  stream.close(CODES[reason]);
  Error.stackTraceLimit = stackTraceLimit;
}

/** A client may send again what was refused; what it has too many of, it should not. */
const CODES: Record<Refusal, number> = {
  "too many requests": constants.NGHTTP2_REFUSED_STREAM,
  "too many streams": constants.NGHTTP2_ENHANCE_YOUR_CALM,
};
