import { STATE } from "../../domain/gateway-codes.js";
import type { Field } from "../../cardstream/fields.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import type { CardEntry } from "./card-entry.js";
import type { HostedRequest } from "./hosted-request.js";
import type { TestOutcome } from "./outcomes.js";
import { faultsText, type PlannedFaults } from "./planned-faults.js";
import { newAuthorisationCode, newRequestId, newTransactionId, newXref } from "./references.js";
import { amountReceived, type SandboxTransaction } from "./result-fields.js";

/** The result of a new transaction. */
export interface Begun {
  readonly outcome: TestOutcome;
  /** Undefined if the shopper entered no card: they cancelled, or a stored card is charged. */
  readonly entry: CardEntry | undefined;
  readonly faults: PlannedFaults;
}

/** Makes a new transaction, which the caller records. */
export function beginTransaction(
  { entry, outcome, faults }: Begun,
  request: HostedRequest,
  time: number,
): SandboxTransaction {
  return {
    transactionID: newTransactionId(),
    xref: newXref(time),
    requestID: newRequestId(),
    time,
    request,
    outcome: asRequested({ outcome, faults }, request),
    entry,
    authorisationCode: outcome.responseMessage === undefined ? newAuthorisationCode() : "",
  };
}

/** The outcome as the request wants it to be, and the merchant's faults. */
export function asRequested(
  { outcome, faults }: Omit<Begun, "entry">,
  { captureIsDelayed }: HostedRequest,
): TestOutcome {
  const captured = captureIsDelayed ? uncaptured(outcome) : outcome;
  return faults.has("wrong_amount") ? withAnotherAmount(captured) : captured;
}

/** Approved, and waiting for a CAPTURE or for its capture date. */
function uncaptured(outcome: TestOutcome): TestOutcome {
  return outcome.state === STATE.CAPTURED ? { ...outcome, state: STATE.APPROVED } : outcome;
}

function withAnotherAmount(outcome: TestOutcome): TestOutcome {
  return outcome.takes === "nothing" ? outcome : { ...outcome, takes: "another amount" };
}

/** Where a transaction comes from, and its card. */
export interface Origin {
  readonly pageId: string | null;
  readonly gatewayMerchantId: string;
  readonly cardHash: string | null;
  readonly cardMask: string | null;
  readonly faults: PlannedFaults;
}

/** The row of a transaction, with its unsigned result. */
export function transactionRow(
  { transactionID, xref, time, request, outcome }: SandboxTransaction,
  { faults, ...origin }: Origin,
  result: readonly Field[],
): SandboxTransactionRow {
  return {
    ...origin,
    id: transactionID,
    xref,
    action: request.action,
    type: request.type,
    amount: request.amount,
    currencyCode: request.currency.number,
    transactionUnique: request.transactionUnique,
    responseCode: outcome.responseCode,
    responseStatus: outcome.responseStatus,
    responseMessage: messageOf(result),
    state: outcome.state,
    amountReceived: amountReceived(outcome, request.amount),
    amountRefunded: 0,
    amountCaptured: null,
    capturesRefused: null,
    saleId: null,
    result,
    createdAt: time,
    changedAt: time,
    callbackAnswer: null,
    callbackAt: null,
    faults: faultsText(faults),
  };
}

function messageOf(result: readonly Field[]): string {
  return result.find(([name]) => name === "responseMessage")?.[1] ?? "";
}
