import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { REQUEST_MISMATCH } from "../protocol/faults.js";
import type { SandboxContext } from "../protocol/context.js";
import { asLapsed } from "../payments/current-result.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";
import { managementAnswer } from "./management-answer.js";
import { bringsNewData } from "./new-data.js";

/** `QUERY`: the transaction's result, and its state now. */
export function query(
  _parts: SandboxContext,
  request: DirectRequest,
  found: SandboxTransactionRow,
): DirectAnswer {
  if (bringsNewData(request.fields, found, [])) return { fault: REQUEST_MISMATCH };
  return { result: managementAnswer(request, asLapsed(found, request.time), undefined) };
}
