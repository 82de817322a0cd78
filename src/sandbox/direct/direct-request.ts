import type { Field } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import type { Fault } from "../protocol/faults.js";
import type { SandboxContext } from "../protocol/context.js";
import type { PlannedFaults } from "../payments/planned-faults.js";
import type { SignedRequest } from "../protocol/signed-request.js";

/** A verified request that names a transaction of its merchant. */
export interface DirectRequest extends SignedRequest {
  /** Identifies the request in the sandbox's tables and in its response. */
  readonly requestID: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The planned faults of this merchant. */
  readonly faults: PlannedFaults;
}

/** The fields of the response before they are signed, or why there is none. */
export type DirectAnswer = Answered | { readonly fault: Fault };

/** A request that was carried out. */
interface Answered {
  readonly result: readonly Field[];
  /** The transaction that it made, if its callback is to be recorded. */
  readonly transactionID?: string;
}

/**
 * One `action` of the direct endpoint. `found` may have changed since it was read: an action that changes it
 * locks it first.
 */
export type DirectAction = (
  parts: SandboxContext,
  request: DirectRequest,
  found: SandboxTransactionRow,
) => Promise<DirectAnswer> | DirectAnswer;
