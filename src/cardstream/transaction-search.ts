import { urlBelow } from "../lib/base-url.js";
import type { ACTION } from "../domain/gateway-codes.js";
import { callUntilAnswered, type NoAnswer } from "./gateway-client.js";

/** The gateway to search, and the account's token for its REST interface. */
export interface SearchAccount {
  /** Base URL of the gateway. */
  readonly gatewayUrl: string;
  readonly restToken: string;
}

/**
 * The result of a search. Only `found` is evidence, and even that is not signed: the caller sends a QUERY for
 * each `xref`, and its signed response counts.
 */
export type SearchAnswer =
  | { readonly kind: "found"; readonly xrefs: readonly string[] }
  /** The response was no list of transactions. */
  | { readonly kind: "unreadable" }
  | NoAnswer;

/** The action to search for; undefined for any. */
export type SearchedAction =
  typeof ACTION.SALE | typeof ACTION.VERIFY | typeof ACTION.REFUND_SALE | undefined;

/** The gateway's own search for transactions: the only way to find one whose `xref` is not known. */
export interface TransactionSearch {
  /** The `xref` of every transaction with this action and `transactionUnique`, failed ones included. */
  find(account: SearchAccount, action: SearchedAction, transactionUnique: string): Promise<SearchAnswer>;
}

/** How long to wait for a response, and before repeating: a search changes nothing. */
export interface SearchTimes {
  readonly timeoutMs: number;
  readonly pausesMs: readonly number[];
}

const TIMES: SearchTimes = { timeoutMs: 8000, pausesMs: [500] };

/** Makes a search over the gateway's REST interface. */
export function createTransactionSearch({ timeoutMs, pausesMs }: SearchTimes = TIMES): TransactionSearch {
  return {
    async find({ gatewayUrl, restToken }, action, transactionUnique) {
      const url = urlBelow(gatewayUrl, `/rest/transactions?_where=${condition(transactionUnique)}`);
      const headers = { accept: "application/json", "x-p3-token": restToken };
      const answer = await callUntilAnswered({ url, method: "GET", headers }, timeoutMs, pausesMs);
      return answer.kind === "answered" ? transactionsIn(answer.body, action, transactionUnique) : answer;
    },
  };
}

/** This service's references contain no quote; any other text must not become part of the condition. */
function condition(transactionUnique: string): string {
  if (!/^[0-9A-Za-z_-]+$/.test(transactionUnique)) throw new Error("Not a reference of this service.");
  return encodeURIComponent(`(transactionUnique in ('${transactionUnique}'))`);
}

/** Rows with another action or reference are dropped: the gateway may have ignored the condition. */
function transactionsIn(body: Buffer, action: SearchedAction, transactionUnique: string): SearchAnswer {
  const rows = rowsOf(parsed(body));
  if (rows === undefined) return { kind: "unreadable" };
  const found = rows.filter(
    (row) => (action ?? row.action) === row.action && row.transactionUnique === transactionUnique,
  );
  const xrefs = found.map(({ xref }) => xref).filter((xref) => typeof xref === "string" && xref !== "");
  return xrefs.length === found.length
    ? { kind: "found", xrefs: [...new Set(xrefs as string[])] }
    : { kind: "unreadable" };
}

interface Row {
  readonly action?: unknown;
  readonly transactionUnique?: unknown;
  readonly xref?: unknown;
}

/** A list, or an object that holds it as `data`: the vendor's documentation does not say which. */
function rowsOf(value: unknown): Row[] | undefined {
  const list = Array.isArray(value) ? value : (value as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(list)) return undefined;
  return list.every((row) => typeof row === "object" && row !== null) ? (list as Row[]) : undefined;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined; // Such as a proxy's error page: no list.
  }
}
