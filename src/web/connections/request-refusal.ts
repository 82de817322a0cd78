import type { Connection } from "./connection.js";
import type { RequestKind } from "./exchange.js";
import type { ConnectionLimits } from "./connection-limits.js";

/** Why a request is refused. */
export type RequestRefusal = "too many requests" | "too many streams";

/**
 * Why a new request is refused; undefined where there is room for it. `all` counts what is under way in the
 * process. A probe is never refused: its answer costs less than a refusal, and nothing is kept for it.
 */
export function refusalOf(
  kind: RequestKind,
  { openStreaming, use }: Connection,
  all: { readonly requests: number; readonly streaming: number },
  limits: ConnectionLimits,
): RequestRefusal | undefined {
  if (kind === "probe") return undefined;
  const isFull = !use.isProxy && use.requests >= limits.requestsPerAddress;
  if (isFull || all.requests >= limits.requests) return "too many requests";
  if (kind !== "streaming") return undefined;
  if (all.streaming >= limits.streaming) return "too many streams";
  if (use.isProxy) return undefined;
  const hasRoom = openStreaming < limits.streamingPerConnection && use.streaming < limits.streamingPerAddress;
  return hasRoom ? undefined : "too many streams";
}
