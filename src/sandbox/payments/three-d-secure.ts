import { type Field, fieldText, rootName } from "../../cardstream/fields.js";
import { METHOD_DATA, referenceOf, requestMessage, type Round } from "../protocol/acs-messages.js";
import type { SandboxContext } from "../protocol/context.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { AUTHENTICATION_WANTED, type TestOutcome } from "./outcomes.js";
import { overrideFields } from "./override-fields.js";
import { gatewayTimestamp, newAuthorisationCode } from "./references.js";
import { amountReceived, maskOf, type ResultPart } from "./result-fields.js";
import { TEST_CARDS } from "./test-cards.js";

/** What comes of an authentication (guide A-3); `C`: the issuer wants the shopper to do something first. */
export type AuthenticationStatus = "Y" | "N" | "U" | "A" | "D" | "R" | "E" | "I" | "C";

/** By the month in which a card expires, from January on (guide ). */
const BY_MONTH: readonly AuthenticationStatus[] = [
  "Y",
  "N",
  "U",
  "A",
  "D",
  "R",
  "E",
  "E",
  "E",
  "I",
  "U",
  "C",
];

/** What the issuer of a card makes of an authentication. Undefined: the card does not take part. */
export function authenticationOf(cardMask: string, expiryMonth: number): AuthenticationStatus | undefined {
  const takesPart = TEST_CARDS.some((card) => card.authenticates && maskOf(card.number) === cardMask);
  return takesPart ? BY_MONTH[expiryMonth - 1] : undefined;
}

/** True where the gateway goes on with a payment: the card's issuer vouches for it, or knows of nothing. */
export function isAcceptable(status: AuthenticationStatus): boolean {
  return ["Y", "A", "I", "U"].includes(status);
}

/** How a result tells what came of an authentication. */
export function authenticationFields(status: AuthenticationStatus): ResultPart {
  const isVouchedFor = status === "Y" || status === "A";
  return {
    threeDSEnabled: "Y",
    threeDSEnrolled: status === "U" ? "N" : "Y",
    threeDSAuthenticated: status,
    threeDSECI: status === "Y" ? "05" : status === "A" ? "06" : "07",
    threeDSCheck: isVouchedFor ? "authenticated" : "not authenticated",
    threeDSVersion: "2.2.0",
  };
}

/** The transaction as it is while this round's challenge is not met. */
export function challengedRow(
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

/** The transaction as it is once its shopper has `passed`, or has not. */
export function endedRow(
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
