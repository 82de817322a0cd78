import { Code } from "@connectrpc/connect";

import type { ErrorWords } from "./error-table.js";

/** The table entry of a reason with which a use case or an interceptor refuses a call. */
export interface RefusalRow extends ErrorWords {
  /** The gRPC code. The HTTP status follows from it, unless `http` is given. */
  readonly grpc: Code;
  /** The HTTP status, where it differs from the gRPC code's usual one. */
  readonly http?: number;
  /** How long to wait at least before the call is repeated, where it is not `RETRY_AFTER_S` of its gRPC code. */
  readonly retryAfterS?: number;
}

/** Codes that mean "try again", and after how many seconds: a database fails over in five, a conflict ends at once. */
const RETRY_AFTER_S: Partial<Record<Code, number>> = { [Code.Unavailable]: 5, [Code.Aborted]: 1 };

/** Seconds after which a refused call may be repeated. Undefined where the caller has to change something first. */
export function retryAfterS(row: RefusalRow): number | undefined {
  return row.retryAfterS ?? RETRY_AFTER_S[row.grpc];
}

/** Returns a shorthand for rows with this type of error. */
export function ofType(type: ErrorWords["type"]) {
  return (grpc: Code, code: string, meaning: string): RefusalRow => ({ grpc, type, code, meaning });
}
