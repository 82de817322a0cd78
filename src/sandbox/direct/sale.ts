import { type Field, fieldText } from "../../cardstream/fields.js";
import { ACTION } from "../../domain/gateway-codes.js";
import type { SandboxTransactionRow } from "../tables/sandbox-transactions.js";
import { expectedOutcome } from "../payments/expected-outcome.js";
import { type Fault, REQUEST_MISMATCH } from "../protocol/faults.js";
import {
  AMOUNT_CHECK,
  CALLBACK_CHECK,
  firstFault,
  isPostable,
  NO_AMOUNT_CHECK,
  ORDER_CHECKS,
  TYPE_CHECK,
  withMinorUnits,
} from "../payments/order-checks.js";
import { readHostedRequest } from "../payments/hosted-request.js";
import { NOT_AUTHENTICATED, OUTCOMES } from "../payments/outcomes.js";
import { maskOf } from "../payments/result-fields.js";
import { TEST_CARDS } from "../payments/test-cards.js";
import { authenticationOf, isAcceptable } from "../payments/three-d-secure.js";
import type { SandboxContext } from "../protocol/context.js";
import { waitingRow } from "./authenticate.js";
import { clonedRequest } from "./cloned-request.js";
import type { DirectAnswer, DirectRequest } from "./direct-request.js";
import { bringsCard } from "./new-data.js";
import { recordSale } from "./record-sale.js";
import { saleRows } from "./sale-row.js";
import { type Initiator, initiatorOf } from "./stored-credential.js";
import { tokenFault } from "./token.js";

/**
 * `SALE`, `PREAUTH`, `VERIFY` and `REFUND` with the card of the transaction that `xref` names. Where the shopper has to
 * authenticate, a sale waits for that if the request says where their browser is to come back; else it is declined.
 */
export async function useStoredCard(
  parts: SandboxContext,
  request: DirectRequest,
  seed: SandboxTransactionRow,
): Promise<DirectAnswer> {
  const fields = withMinorUnits(clonedRequest(request.fields, seed));
  const fault = storedCardFault(fields, seed, request.time);
  if (fault !== undefined) return { fault };
  const way = wayOf(fields, seed);
  if ("fault" in way) return way;
  const asked = readHostedRequest(fields);
  const cardDeclines = TEST_CARDS.some((card) => card.declines && maskOf(card.number) === seed.cardMask);
  const { faults } = request;
  const isThere = canAuthenticate(fields, way.initiator);
  const authentication = authenticationOf(
    seed.cardMask ?? "",
    Number(fieldText(seed.result, "cardExpiryMonth")),
  );
  const expected = expectedOutcome({
    ...asked,
    cardDeclines,
    isAuthenticated: false,
    faults,
    authentication,
  });
  const refused =
    isThere && authentication !== undefined && authentication !== "C" && !isAcceptable(authentication);
  const outcome = refused ? NOT_AUTHENTICATED : expected;
  const shown = isThere ? authentication : undefined;
  const rows = saleRows({ request, fields, seed, initiator: way.initiator, authentication: shown }, outcome);
  const waits = isThere && outcome === OUTCOMES.sca_required;
  const fresh = waits ? waitingRow(parts, rows.fresh) : rows.fresh;
  return await recordSale(parts, { ...rows, fresh }, fieldText(fields, "xref"), asked.duplicateDelayMs);
}

/** The shopper is there, and their browser has an address to come back to. */
function canAuthenticate(fields: readonly Field[], initiator: Initiator): boolean {
  const isSale = fieldText(fields, "action") === ACTION.SALE && fieldText(fields, "type") === "1";
  return isSale && initiator === "consumer" && isPostable(fieldText(fields, "threeDSRedirectURL"));
}

/** What is wrong with the fields of a payment that a server makes, apart from its card. */
export function orderFault(fields: readonly Field[]): Fault | undefined {
  const amountCheck = fieldText(fields, "action") === ACTION.VERIFY ? NO_AMOUNT_CHECK : AMOUNT_CHECK;
  return firstFault(fields, [CALLBACK_CHECK, TYPE_CHECK, amountCheck, ...ORDER_CHECKS]);
}

function storedCardFault(
  fields: readonly Field[],
  seed: SandboxTransactionRow,
  now: number,
): Fault | undefined {
  if (bringsCard(fields)) return REQUEST_MISMATCH;
  return orderFault(fields) ?? tokenFault(seed, now);
}

/** Giving money to a card needs no agreement of its holder's. */
function wayOf(
  fields: readonly Field[],
  seed: SandboxTransactionRow,
): { readonly initiator: Initiator } | { readonly fault: Fault } {
  if (fieldText(fields, "action") === ACTION.REFUND) return { initiator: "merchant" };
  return initiatorOf(fields, seed);
}
