import { type Field, fieldText } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { currentResult } from "../payments/current-result.js";
import { APPROVED_FIELDS } from "../payments/outcomes.js";
import { overrideFields } from "../payments/override-fields.js";
import type { DirectRequest } from "./direct-request.js";

/**
 * The response to a request that manages a transaction: the transaction's own result, with both actions in
 * `action` (`CANCEL:SALE`) and, since guide V4.07, its first response as `originalResponse...`.
 *
 * `message` is that of the request itself. Without one the original response code stays: a QUERY responds "as
 * if the transaction had just been made" (guide A-15).
 */
export function managementAnswer(
  { fields, requestID }: DirectRequest,
  row: SandboxTransactionRow,
  message: string | undefined,
): Field[] {
  const own = message === undefined ? {} : { ...APPROVED_FIELDS, responseMessage: message };
  return overrideFields(currentResult(row), {
    action: `${fieldText(fields, "action")}:${row.action}`,
    requestID,
    originalResponseCode: String(row.responseCode),
    originalResponseStatus: String(row.responseStatus),
    originalResponseMessage: row.responseMessage,
    ...own,
  });
}
