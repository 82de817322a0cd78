import { ACTION, STATE } from "../../domain/gateway-codes.js";
import { type Field, fieldText, rootName } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { currencyOfGateway } from "../../domain/money.js";
import { echoedFields, keptFields } from "../payments/echoed-fields.js";
import { APPROVED_FIELDS, DUPLICATE } from "../payments/outcomes.js";
import { overrideFields } from "../payments/override-fields.js";
import { gatewayTimestamp } from "../payments/references.js";
import { displayedAmount } from "../payments/result-fields.js";
import type { DirectRequest } from "./direct-request.js";

/** The row of an accepted refund: the sale's fields, overridden by those of the request (guide A-16). */
export function acceptedRefund(
  request: DirectRequest,
  sale: SandboxTransactionRow,
  { transactionID, xref, amount }: { transactionID: string; xref: string; amount: number },
): SandboxTransactionRow {
  const said = (name: string, otherwise: string): string => fieldText(request.fields, name) || otherwise;
  const row = {
    ...sale,
    id: transactionID,
    xref,
    pageId: null,
    action: ACTION.REFUND_SALE,
    type: said("type", sale.type),
    amount,
    transactionUnique: said("transactionUnique", sale.transactionUnique),
    responseMessage: "REFUNDACCEPTED",
    state: STATE.CAPTURED,
    amountReceived: amount,
    amountRefunded: 0,
    saleId: sale.id,
    createdAt: request.time,
    changedAt: request.time,
    callbackAnswer: null,
    callbackAt: null,
    faults: "",
  };
  return { ...row, result: resultOf(row, request, sale) };
}

/** The row of a refund that is refused as a duplicate. */
export function refusedRefund(refund: SandboxTransactionRow): SandboxTransactionRow {
  const { responseCode, responseStatus, responseMessage = "", state } = DUPLICATE;
  const result = overrideFields(refund.result, {
    responseCode: String(responseCode),
    responseStatus: String(responseStatus),
    responseMessage,
    state,
    amountReceived: "0",
    amountApproved: "0",
    amountRetained: "0",
    amountRefunded: "",
  });
  return { ...refund, responseCode, responseStatus, responseMessage, state, amountReceived: 0, result };
}

function resultOf(
  row: Omit<SandboxTransactionRow, "result">,
  request: DirectRequest,
  sale: SandboxTransactionRow,
): Field[] {
  const cloned = sale.result.filter(([name]) => !NOT_CLONED.test(rootName(name)));
  const known = new Set([
    ...cloned.map(([name]) => rootName(name)),
    "action",
    "amount",
    "xref",
    "merchantID",
  ]);
  const custom = echoedFields(keptFields(request.fields)).filter(([name]) => !known.has(rootName(name)));
  const amount = String(row.amount);
  const currency = currencyOfGateway(row.currencyCode);
  return overrideFields([...cloned, ...custom], {
    merchantID: request.merchantID,
    action: row.action,
    amount,
    transactionUnique: row.transactionUnique,
    orderRef: fieldText(request.fields, "orderRef") || fieldText(sale.result, "orderRef"),
    transactionID: row.id,
    xref: row.xref,
    previousID: sale.id,
    requestID: request.requestID,
    state: row.state,
    timestamp: gatewayTimestamp(request.time),
    ...APPROVED_FIELDS,
    responseMessage: row.responseMessage,
    authorisationCode: "",
    displayAmount: currency === undefined ? "" : displayedAmount(row.amount, currency),
    amountReceived: amount,
    amountApproved: amount,
    amountRetained: amount,
    amountRefunded: String(sale.amountRefunded + row.amount),
  });
}

/** Fields of the hosted page and of the shopper's presence. */
const NOT_CLONED =
  /^(redirectURL|callbackURL|form.*|allowedPaymentMethods|duplicateDelay|items|threeDS.*|cv2Check|avscv2.*|addressCheck|postcodeCheck)$/;
