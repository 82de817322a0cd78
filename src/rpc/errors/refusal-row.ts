import type { Code } from "@connectrpc/connect";

import type { ErrorWords } from "./error-table.js";

/** The table entry of a reason with which a use case or an interceptor refuses a call. */
export interface RefusalRow extends ErrorWords {
  /** The gRPC code. The HTTP status follows from it, unless `http` is given. */
  readonly grpc: Code;
  /** The HTTP status, where it differs from the gRPC code's usual one. */
  readonly http?: number;
}

/** Returns a shorthand for rows with this type of error. */
export function ofType(type: ErrorWords["type"]) {
  return (grpc: Code, code: string, meaning: string): RefusalRow => ({ grpc, type, code, meaning });
}
