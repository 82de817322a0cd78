import type { ConnectError } from "@connectrpc/connect";
import { requestError } from "../errors/request-error.js";

/** The timeout headers of gRPC, which the JSON API accepts as well, and of Connect. */
export type TimeoutHeader = "grpc-timeout" | "connect-timeout-ms";

/**
 * Time limit of a call in milliseconds: the client's timeout, but at most `limitMs`. A longer timeout is no
 * error, since many clients send a minute by default. Throws a ConnectError for an invalid one.
 */
export function timeoutOf(name: TimeoutHeader, text: string | undefined, limitMs: number): number {
  if (text === undefined) return limitMs;
  const timeoutMs = name === "grpc-timeout" ? grpcTimeoutMs(text) : connectTimeoutMs(text);
  if (timeoutMs === undefined) throw wrongTimeout(name);
  return Math.min(Math.ceil(timeoutMs), limitMs);
}

function grpcTimeoutMs(text: string): number | undefined {
  const match = GRPC_TIMEOUT.exec(text);
  return match === null ? undefined : Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
}

/** TimeoutValue and TimeoutUnit of the gRPC protocol over HTTP/2. */
const GRPC_TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 0.001, n: 0.000001 };

function connectTimeoutMs(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function wrongTimeout(name: TimeoutHeader): ConnectError {
  const form =
    name === "grpc-timeout" ? "up to 8 digits and one of H, M, S, m, u, n" : "up to 10 digits: milliseconds";
  return requestError("timeout_invalid", `The header ${name} must be ${form}.`);
}

/** The error of a call that exceeds its time limit. */
export function deadlineExceeded(message = "The call took too long. Its outcome is unknown."): ConnectError {
  return requestError("deadline_exceeded", message);
}
