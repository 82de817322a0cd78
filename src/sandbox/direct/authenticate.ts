import { type Field, fieldText, rootName } from "../../cardstream/fields.js";
import { STATE } from "../../domain/gateway-codes.js";
import { inTransaction } from "../../db/transaction.js";
import { expectedOutcome } from "../payments/expected-outcome.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { AUTHENTICATION_WANTED, NOT_AUTHENTICATED, type TestOutcome } from "../payments/outcomes.js";
import { overrideFields } from "../payments/override-fields.js";
import { type FaultName, NO_FAULTS, readPlannedFaults } from "../payments/planned-faults.js";
import { gatewayTimestamp, newAuthorisationCode } from "../payments/references.js";
import { amountReceived, maskOf } from "../payments/result-fields.js";
import { TEST_CARDS } from "../payments/test-cards.js";
import {
  authenticationFields,
  authenticationOf,
  isAuthenticated,
  METHOD_DATA,
  referenceOf,
  requestMessage,
  type Round,
  roundNamed,
} from "../payments/three-d-secure.js";
import { asRequested } from "../payments/transaction-row.js";
import type { SandboxContext } from "../protocol/context.js";
import { ACTION_NOT_ALLOWED, invalidField } from "../protocol/faults.js";
import {
  changeSandboxResult,
  findSandboxTransaction,
  lockSandboxTransaction,
  type SandboxTransactionRow,
} from "../tables/sandbox-transactions.js";
import { currentResult } from "../payments/current-result.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";

/**
 * A transaction that waits for its shopper, in the place of one that was made. The issuer of the card of the vendor's
 * samples looks at the browser first, as on the vendor's test accounts; then comes the challenge.
 */
export function waitingRow(parts: SandboxContext, row: SandboxTransactionRow): SandboxTransactionRow {
  const month = Number(fieldText(row.result, "cardExpiryMonth"));
  const looksFirst = authenticationOf(row.cardMask ?? "", month) !== undefined;
  return challengedRow(parts, row, { transactionID: row.id, round: looksFirst ? 0 : 1 });
}

/**
 * `SALE` with a `threeDSRef`: the shopper's browser was at the issuer's page (guide 5.4). Told again, it changes
 * nothing; and no round's reference does for another.
 */
export async function continueSale(parts: SandboxContext, request: DirectRequest): Promise<DirectAnswer> {
  const reference = fieldText(request.fields, "threeDSRef");
  const round = roundNamed(reference);
  const found = round && (await findSandboxTransaction(parts.db.manager, round.transactionID));
  if (round === undefined || found === undefined || found.gatewayMerchantId !== request.merchantID)
    return { fault: invalidField("xref") };
  return await inTransaction(parts.db, "READ COMMITTED", async (tx) => {
    const row = await lockSandboxTransaction(tx, found.id);
    if (row.state !== STATE.RECEIVED) return { result: currentResult(row), transactionID: row.id };
    if (fieldText(row.result, "threeDSRef") !== reference) return { fault: ACTION_NOT_ALLOWED };
    const next = nextRow(parts, request, row, round);
    await changeSandboxResult(tx, row.id, { ...next, changedAt: request.time });
    return { result: next.result, transactionID: row.id };
  });
}

function nextRow(
  parts: SandboxContext,
  { fields, account, time }: DirectRequest,
  row: SandboxTransactionRow,
  round: Round,
): SandboxTransactionRow {
  if (round.round === 0) return challengedRow(parts, row, { ...round, round: 1 });
  const passed = isAuthenticated(fields, round, account.secret);
  return endedRow(row, passed ? authenticatedOutcome(row) : NOT_AUTHENTICATED, passed, time);
}

function challengedRow(
  parts: SandboxContext,
  row: SandboxTransactionRow,
  round: Round,
): SandboxTransactionRow {
  const page = `${parts.publicUrl()}/acs/${round.round === 0 ? "method" : ""}`;
  const carried: Field = [
    `threeDSRequest[${round.round === 0 ? METHOD_DATA : "creq"}]`,
    requestMessage(round),
  ];
  const result = overrideFields(withoutChallenge(row.result), {
    ...outcomeFields(AUTHENTICATION_WANTED, row, ""),
    threeDSEnabled: "Y",
    threeDSEnrolled: "Y",
    threeDSCheck: "not checked",
    threeDSVersion: "2.2.0",
    threeDSRef: referenceOf(round),
    threeDSURL: page,
  });
  return { ...row, ...outcomeColumns(AUTHENTICATION_WANTED, row), result: [...result, carried] };
}

function endedRow(
  row: SandboxTransactionRow,
  outcome: TestOutcome,
  passed: boolean,
  time: number,
): SandboxTransactionRow {
  const code = outcome.responseMessage === undefined ? newAuthorisationCode() : "";
  const result = overrideFields(withoutChallenge(row.result), {
    ...outcomeFields(outcome, row, code),
    ...authenticationFields(passed ? "Y" : "N"),
    timestamp: gatewayTimestamp(time),
  });
  const responseMessage = fieldText(result, "responseMessage");
  return { ...row, ...outcomeColumns(outcome, row), responseMessage, result };
}

/** What becomes of the payment once its shopper has authenticated. */
function authenticatedOutcome({ result, cardMask, faults: stored }: SandboxTransactionRow): TestOutcome {
  const asked = readHostedRequest(result);
  const cardDeclines = TEST_CARDS.some((card) => card.declines && maskOf(card.number) === cardMask);
  const planned = readPlannedFaults(stored) ?? NO_FAULTS;
  const faults = new Map([...planned].filter(([name]) => name !== DONE));
  return asRequested(
    { outcome: expectedOutcome({ ...asked, cardDeclines, isAuthenticated: true, faults }), faults },
    asked,
  );
}

const DONE: FaultName = "authentication_required";

function withoutChallenge(result: readonly Field[]): Field[] {
  return result.filter(([name]) => !/^threeDS(Ref|URL|Request)$/.test(rootName(name)));
}

function outcomeColumns(outcome: TestOutcome, { amount }: SandboxTransactionRow) {
  const { responseCode, responseStatus, responseMessage = "", state } = outcome;
  return {
    responseCode,
    responseStatus,
    responseMessage,
    state,
    amountReceived: amountReceived(outcome, amount),
  };
}

function outcomeFields(outcome: TestOutcome, { amount }: SandboxTransactionRow, authorisationCode: string) {
  const received = String(amountReceived(outcome, amount));
  return {
    state: outcome.state,
    responseCode: String(outcome.responseCode),
    responseStatus: String(outcome.responseStatus),
    responseMessage: outcome.responseMessage ?? `AUTHCODE:${authorisationCode}`,
    authorisationCode,
    amountReceived: received,
    amountApproved: received,
    amountRetained: received,
  };
}
