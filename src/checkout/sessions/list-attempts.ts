import {
  type AttemptOfList,
  findGatewayResults,
  type GatewayResultRow,
  listResultsOfSession,
} from "../../db/tables/gateway-results.js";
import type { Resolution } from "../../domain/held-payment.js";
import type { Card, ChargeDetails } from "../../domain/gateway-result.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { storedDetails, storedResult } from "../gateway-messages/store-gateway-result.js";
import type { Page, PageRequest } from "../page.js";
import { getSession } from "./get-session.js";

/** What came of one try to pay a session; a resolution where a person has decided about it. */
export type SessionAttemptOutcome = "succeeded" | "declined" | "canceled" | "unknown" | "held" | Resolution;

/** One try to pay a session: what counts of the results of one transaction at the gateway. */
export interface SessionAttempt {
  readonly result: GatewayResultRow;
  readonly outcome: SessionAttemptOutcome;
  readonly charge: ChargeDetails;
  readonly card: Card;
}

/**
 * Lists what the gateway has reported of each try to pay a session, the newest first. A session has few of them, so a
 * page is cut from all; only the messages of that page are opened.
 */
export async function listAttempts(
  checkout: CheckoutContext,
  scope: MerchantScope,
  sessionId: string,
  page: PageRequest,
): Promise<Page<SessionAttempt>> {
  await getSession(checkout, scope, sessionId);
  const results = await listResultsOfSession(checkout.db.manager, sessionId);
  const { data, hasMore } = pageOf(onesThatCount(results), page);
  const rows = await findGatewayResults(
    checkout.db.manager,
    data.map(({ id }) => id),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return { data: data.flatMap(({ id }) => attemptsOf(checkout, byId.get(id))), hasMore };
}

/** The newest of those that weigh most of each transaction; the newest transaction first. */
function onesThatCount(results: readonly AttemptOfList[]): AttemptOfList[] {
  const byTransaction = new Map<string, AttemptOfList>();
  for (const result of results) {
    const before = byTransaction.get(result.transactionKey);
    if (before === undefined || WEIGHTS[result.outcome] >= WEIGHTS[before.outcome])
      byTransaction.set(result.transactionKey, result);
  }
  return [...byTransaction.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

/** Money that was taken is not undone by a later word, and no final word by one that is not. */
const WEIGHTS: Record<AttemptOfList["outcome"], number> = {
  completed: 3,
  held: 2,
  declined: 1,
  cancelled: 1,
  refunded: 1,
  unknown: 0,
};

function pageOf(
  attempts: readonly AttemptOfList[],
  { limit, startingAfter, endingBefore }: PageRequest,
): Page<AttemptOfList> {
  if (endingBefore === undefined) {
    const from = startingAfter === undefined ? 0 : placeOf(attempts, startingAfter, "starting_after") + 1;
    return { data: attempts.slice(from, from + limit), hasMore: from + limit < attempts.length };
  }
  const to = placeOf(attempts, endingBefore, "ending_before");
  return { data: attempts.slice(Math.max(0, to - limit), to), hasMore: to > limit };
}

function placeOf(attempts: readonly AttemptOfList[], id: string, param: string): number {
  const place = attempts.findIndex((attempt) => attempt.id === id);
  if (place === -1) throw new Refusal("CURSOR_NOT_FOUND", `No such attempt: ${id}.`, param);
  return place;
}

function attemptsOf(checkout: CheckoutContext, result: GatewayResultRow | undefined): SessionAttempt[] {
  if (result === undefined) return [];
  const { charge } = storedDetails(checkout, result);
  return [{ result, outcome: outcomeOf(result), charge, card: storedResult(checkout, result).card }];
}

function outcomeOf({ outcome, resolution }: GatewayResultRow): SessionAttemptOutcome {
  return outcome === "held" && resolution !== null ? resolution : OUTCOMES[outcome];
}

/** Money that went back is about no try to pay: it is in no list of those. */
const OUTCOMES: Record<GatewayResultRow["outcome"], SessionAttemptOutcome> = {
  completed: "succeeded",
  declined: "declined",
  cancelled: "canceled",
  unknown: "unknown",
  held: "held",
  refunded: "return",
};
