import type { Field } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import type { Fault } from "../protocol/faults.js";
import type { SandboxContext } from "../protocol/context.js";
import type { PlannedFaults } from "../payments/planned-faults.js";
import type { SignedRequest } from "../protocol/signed-request.js";

/** A verified request that names a transaction of its merchant. */
export interface DirectRequest extends SignedRequest {
  /** Names the request in the books and in its answer. */
  readonly requestID: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** What is to go wrong for this merchant. */
  readonly faults: PlannedFaults;
}

/** What came of it: the fields of the answer before they are signed, or why there is none. */
export type DirectAnswer = Answered | { readonly fault: Fault };

/** A request that was carried out. */
interface Answered {
  readonly result: readonly Field[];
  /** The transaction that it made, if it made one whose callback is to be noted. */
  readonly transactionID?: string;
}

/** One `action` of the direct endpoint. `found` may have changed since: who changes it locks it first. */
export type DirectAction = (
  parts: SandboxContext,
  request: DirectRequest,
  found: SandboxTransactionRow,
) => Promise<DirectAnswer> | DirectAnswer;
