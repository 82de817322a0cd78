import { type Field, fieldText } from "../../cardstream/fields.js";
import { RESPONSE_CODE, STATE } from "../../domain/gateway-codes.js";
import { inTransaction } from "../../db/transaction.js";
import { asLapsed, currentResult } from "../payments/current-result.js";
import { expectedOutcome } from "../payments/expected-outcome.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { NOT_AUTHENTICATED, type TestOutcome } from "../payments/outcomes.js";
import {
  type FaultName,
  NO_FAULTS,
  type PlannedFaults,
  readPlannedFaults,
} from "../payments/planned-faults.js";
import { maskOf } from "../payments/result-fields.js";
import { TEST_CARDS } from "../payments/test-cards.js";
import { authenticationOf, challengedRow, endedRow } from "../payments/three-d-secure.js";
import { asRequested } from "../payments/transaction-row.js";
import { isAuthenticated, type Round, roundNamed } from "../protocol/acs-messages.js";
import type { SandboxContext } from "../protocol/context.js";
import { ACTION_NOT_ALLOWED, type Fault, invalidField } from "../protocol/faults.js";
import {
  changeSandboxResult,
  findSandboxTransaction,
  lockSandboxTransaction,
  type SandboxTransactionRow,
} from "../tables/sandbox-transactions.js";
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

/** `SALE` with a `threeDSRef`: the shopper's browser was at the issuer's page (guide 5.4). */
export async function continueSale(parts: SandboxContext, request: DirectRequest): Promise<DirectAnswer> {
  const { fields: response, merchantID, account, time } = request;
  const reference = fieldText(response, "threeDSRef");
  const { secret } = account;
  const carried = await carryOn(parts, { reference, response, merchantID, secret, time });
  if ("fault" in carried) return carried;
  return { result: currentResult(carried.row), transactionID: carried.row.id };
}

/** What the issuer's page has said of a shopper. */
interface AcsAnswer {
  /** Of the round. */
  readonly reference: string;
  /** The answer, under the names of the direct endpoint. */
  readonly response: readonly Field[];
  readonly merchantID: string;
  readonly secret: string;
  readonly time: number;
  /** The faults that decide the outcome; undefined: those of the transaction. */
  readonly planned?: PlannedFaults;
}

/**
 * Carries a transaction on that waits for its shopper. Told again, or too late, it changes nothing (`isNew` is false);
 * and no round's reference does for another.
 */
export async function carryOn(
  parts: SandboxContext,
  answer: AcsAnswer,
): Promise<{ readonly row: SandboxTransactionRow; readonly isNew: boolean } | { readonly fault: Fault }> {
  const round = roundNamed(answer.reference);
  const found = round && (await findSandboxTransaction(parts.db.manager, round.transactionID));
  if (round === undefined || found === undefined || found.gatewayMerchantId !== answer.merchantID)
    return { fault: invalidField("xref") };
  return await inTransaction(parts.db, "READ COMMITTED", async (tx) => {
    const row = asLapsed(await lockSandboxTransaction(tx, found.id), answer.time);
    if (!waits(row)) return { row, isNew: false };
    if (fieldText(row.result, "threeDSRef") !== answer.reference) return { fault: ACTION_NOT_ALLOWED };
    const next = { ...nextRow(parts, answer, row, round), changedAt: answer.time };
    await changeSandboxResult(tx, row.id, next);
    return { row: next, isNew: true };
  });
}

/** True where the transaction waits for its shopper to authenticate. */
export function waits({ state, responseCode }: SandboxTransactionRow): boolean {
  return state === STATE.RECEIVED && responseCode === RESPONSE_CODE.AUTHENTICATION_REQUIRED;
}

function nextRow(
  parts: SandboxContext,
  { response, secret, time, planned }: AcsAnswer,
  row: SandboxTransactionRow,
  round: Round,
): SandboxTransactionRow {
  if (round.round === 0) return challengedRow(parts, row, { ...round, round: 1 });
  const passed = isAuthenticated(response, round, secret);
  return endedRow(row, passed ? authenticatedOutcome(row, planned) : NOT_AUTHENTICATED, passed, time);
}

/** What becomes of the payment once its shopper has authenticated. */
function authenticatedOutcome(
  { result, cardMask, faults: stored }: SandboxTransactionRow,
  planned: PlannedFaults | undefined,
): TestOutcome {
  const asked = readHostedRequest(result);
  const cardDeclines = TEST_CARDS.some((card) => card.declines && maskOf(card.number) === cardMask);
  const own = readPlannedFaults(stored) ?? NO_FAULTS;
  const faults = new Map([...(planned ?? own)].filter(([name]) => name !== DONE));
  const outcome = expectedOutcome({ ...asked, cardDeclines, isAuthenticated: true, faults });
  return asRequested({ outcome, faults: own }, asked);
}

const DONE: FaultName = "authentication_required";
