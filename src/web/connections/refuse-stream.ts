import { constants, type ServerHttp2Stream } from "node:http2";

import type { RequestRefusal } from "./request-refusal.js";

/**
 * Resets a stream with the code for `reason`. Node creates an error for it that no code reads; without its
 * stack trace, which takes longer than everything else here.
 */
export function refuseStream(stream: ServerHttp2Stream, reason: RequestRefusal): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  stream.close(CODES[reason]);
  Error.stackTraceLimit = stackTraceLimit;
}

/** A client may retry after REFUSED_STREAM; after ENHANCE_YOUR_CALM it should send less. */
const CODES: Record<RequestRefusal, number> = {
  "too many requests": constants.NGHTTP2_REFUSED_STREAM,
  "too many streams": constants.NGHTTP2_ENHANCE_YOUR_CALM,
};
