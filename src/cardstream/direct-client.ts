import type { GatewayResult } from "../domain/gateway-result.js";
import { encodeFields, type Field, MalformedMessage, parseFields } from "./fields.js";
import { callGateway, callUntilAnswered, gatewayPath, type NoAnswer } from "./gateway-call.js";
import { verifyResult } from "./result.js";
import { signed } from "./signature.js";
import { type StoredCardSale, storedCardFields } from "./stored-card-sale.js";

/** The account on whose behalf the gateway is asked, and where the gateway is. */
export interface DirectAccount {
  /** Base URL of the gateway. */
  readonly gatewayUrl: string;
  readonly merchantID: string;
  readonly secret: string;
  /** What an answer may be signed with. */
  readonly verifyingSecrets: readonly string[];
}

/**
 * What the gateway's direct endpoint answered.
 *
 * Only `answered` says anything. After `unverifiable` and `no answer` nobody knows what became of the request: a QUERY
 * tells.
 */
export type DirectAnswer =
  | {
      readonly kind: "answered";
      readonly result: GatewayResult;
      /** The answer byte for byte, for whoever applies it like any other message of the gateway. */
      readonly body: Buffer;
    }
  /** It was not signed by the account, or was no result. */
  | { readonly kind: "unverifiable" }
  | NoAnswer;

/** Money that goes back to the card of a settled sale. */
export interface RefundRequest {
  readonly xref: string;
  /** In minor units. */
  readonly amount: number;
  /** Ours, for the refund as a transaction of its own. */
  readonly transactionUnique: string;
  /** Where a copy of the answer goes, should that be lost. Undefined for nowhere. */
  readonly callbackUrl: string | undefined;
}

/** The gateway's direct endpoint: signed requests about transactions that exist (Cardstream guide 3.1). */
export interface DirectClient {
  /** The transaction as it stands now. Asked again where there is no answer: it changes nothing. */
  query(account: DirectAccount, xref: string): Promise<DirectAnswer>;
  /** Undoes a sale that is not settled yet. Sent once. */
  cancel(account: DirectAccount, xref: string): Promise<DirectAnswer>;
  /** Charges the card of an earlier transaction. Sent once. */
  sale(account: DirectAccount, sale: StoredCardSale): Promise<DirectAnswer>;
  /** Takes only `amount` of a sale that is not settled yet: the rest goes back. Sent once. */
  capture(account: DirectAccount, xref: string, amount: number): Promise<DirectAnswer>;
  /** Gives a settled sale's money back. Sent once. */
  refund(account: DirectAccount, refund: RefundRequest): Promise<DirectAnswer>;
}

/** How long to wait for the gateway. */
export interface DirectTimes {
  /** Of a request that only reads. */
  readonly queryTimeoutMs: number;
  readonly queryPausesMs: readonly number[];
  /** Of one that moves money: the acquirer has a part in it. */
  readonly sendTimeoutMs: number;
}

/** A question, a request and a question again stay below the 30 seconds that a caller of ours may wait. */
const TIMES: DirectTimes = { queryTimeoutMs: 4000, queryPausesMs: [250], sendTimeoutMs: 12_000 };

/** Makes a client of the direct endpoint. It holds nothing: accounts come with each request. */
export function createDirectClient(times: DirectTimes = TIMES): DirectClient {
  return {
    query: (account, xref) => ask(account, request(account, "QUERY", [["xref", xref]]), times),
    cancel: (account, xref) => sendOnce(account, request(account, "CANCEL", [["xref", xref]]), times),
    sale: (account, sale) => sendOnce(account, request(account, "SALE", storedCardFields(sale)), times),
    capture: (account, xref, amount) =>
      sendOnce(account, request(account, "CAPTURE", captureFields(xref, amount)), times),
    refund: (account, refund) =>
      sendOnce(account, request(account, "REFUND_SALE", refundFields(refund)), times),
  };
}

function request({ merchantID }: DirectAccount, action: string, fields: readonly Field[]): Field[] {
  return [["merchantID", merchantID], ["action", action], ...fields];
}

function captureFields(xref: string, amount: number): Field[] {
  return [
    ["xref", xref],
    ["amount", String(amount)],
  ];
}

/** Whatever is left out is cloned from the sale (guide A-15), its `transactionUnique` and `orderRef` too. */
function refundFields({ xref, amount, transactionUnique, callbackUrl }: RefundRequest): Field[] {
  return [
    ["type", "1"],
    ["xref", xref],
    ["amount", String(amount)],
    ["transactionUnique", transactionUnique],
    ["orderRef", transactionUnique],
    ...(callbackUrl === undefined ? [] : [["callbackURL", callbackUrl] as const]),
  ];
}

async function ask(account: DirectAccount, fields: Field[], times: DirectTimes): Promise<DirectAnswer> {
  const call = callOf(account, fields);
  const answer = await callUntilAnswered(call, times.queryTimeoutMs, times.queryPausesMs);
  return answer.kind === "answered" ? verified(account, answer.body) : answer;
}

async function sendOnce(account: DirectAccount, fields: Field[], times: DirectTimes): Promise<DirectAnswer> {
  const answer = await callGateway(callOf(account, fields), times.sendTimeoutMs);
  return answer.kind === "answered" ? verified(account, answer.body) : answer;
}

function callOf({ gatewayUrl, secret }: DirectAccount, fields: readonly Field[]) {
  return {
    url: gatewayPath(gatewayUrl, "/direct/"),
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: encodeFields(signed(fields, secret)),
  } as const;
}

/** Another account's answer is not believed, also where the accounts share a secret. */
function verified({ merchantID, verifyingSecrets }: DirectAccount, body: Buffer): DirectAnswer {
  const result = verifyResult(parseDirectAnswer(body), verifyingSecrets);
  return result?.merchantID === merchantID ? { kind: "answered", result, body } : { kind: "unverifiable" };
}

function parseDirectAnswer(body: Buffer): Field[] {
  try {
    return parseFields(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return []; // Not form encoding, so not signed.
    throw error;
  }
}
