import { Code, ConnectError } from "@connectrpc/connect";

/**
 * How many milliseconds a call may take: what the client asks for in `grpc-timeout`, or else the server's own limit. One who
 * asks for more than that is told so, rather than cut off early.
 */
export function grpcTimeout(header: string | undefined, limitMs: number): number {
  if (header === undefined) return limitMs;
  const match = TIMEOUT.exec(header);
  if (match === null) {
    throw new ConnectError(`protocol error: invalid grpc timeout value: ${header}`, Code.InvalidArgument);
  }
  const timeoutMs = Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
  if (timeoutMs <= limitMs) return timeoutMs;
  throw new ConnectError(`timeout ${timeoutMs}ms must be <= ${limitMs}`, Code.InvalidArgument);
}

/** TimeoutValue and TimeoutUnit of the gRPC protocol over HTTP/2. */
const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000001 };
