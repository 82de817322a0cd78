import type { Field } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../../db/sandbox-transactions.js";
import type { Fault } from "../faults.js";
import type { SandboxParts } from "../parts.js";
import type { SignedRequest } from "../signed-request.js";

/** A verified request that names a transaction of its merchant. */
export interface DirectRequest extends SignedRequest {
  /** Names the request in the books and in its answer. */
  readonly requestID: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What came of it: the fields of the answer before they are signed, or why there is none. */
export type DirectAnswer = { readonly result: readonly Field[] } | { readonly fault: Fault };

/** One `action` of the direct endpoint. `found` may have changed since: who changes it locks it first. */
export type DirectAction = (
  parts: SandboxParts,
  request: DirectRequest,
  found: SandboxTransactionRow,
) => Promise<DirectAnswer> | DirectAnswer;
