import { requestError } from "./request-error.js";

/**
 * How long a call may take: what the client asks for in `grpc-timeout`, and never longer than the server's own limit.
 */
export function timeoutOf(header: string | undefined, limitMs: number): number {
  if (header === undefined) return limitMs;
  const match = GRPC_TIMEOUT.exec(header);
  if (match === null) {
    throw requestError(
      "timeout_invalid",
      "The header grpc-timeout must be up to 8 digits and one of H, M, S, m, u, n.",
    );
  }
  const ms = Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
  return Math.min(Math.ceil(ms), limitMs);
}

/** TimeoutValue and TimeoutUnit of the gRPC protocol over HTTP/2. */
const GRPC_TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000001 };

/** The error of a call whose time is up. */
export function deadlineExceeded(message = "The call took too long. Its outcome is unknown."): Error {
  return requestError("deadline_exceeded", message);
}
