import { ACTION, type GatewayAction } from "../domain/gateway-codes.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import { encodeFields, type Field, MalformedMessage, parseFields } from "./fields.js";
import { callGateway, callUntilAnswered, gatewayPath, type NoAnswer } from "./gateway-call.js";
import { verifyResult } from "./result.js";
import { signed } from "./signature.js";
import { type StoredCardSale, storedCardFields } from "./stored-card-sale.js";

/** The merchant's account at the gateway, and the gateway's address. */
export interface DirectAccount {
  /** Base URL of the gateway. */
  readonly gatewayUrl: string;
  readonly merchantID: string;
  readonly secret: string;
  /** The secrets that a response may be signed with. */
  readonly verifyingSecrets: readonly string[];
}

/**
 * The response of the gateway's direct endpoint.
 *
 * Only `answered` is evidence. After `unverifiable` and `no answer` the outcome of the request is unknown: a
 * QUERY finds it.
 */
export type DirectAnswer =
  | {
      readonly kind: "answered";
      readonly result: GatewayResult;
      /** The response byte for byte, to be applied like any other message of the gateway. */
      readonly body: Buffer;
    }
  /** It was not signed by the account, or is no result. */
  | { readonly kind: "unverifiable" }
  | NoAnswer;

/** A refund to the card of a settled sale. */
export interface RefundRequest {
  readonly xref: string;
  /** In minor units. */
  readonly amount: number;
  /** This service's reference for the refund, which is a transaction of its own. */
  readonly transactionUnique: string;
  /** Where the gateway sends a copy of the response, in case that is lost. Undefined for no copy. */
  readonly callbackUrl: string | undefined;
}

/** The gateway's direct endpoint: signed requests about existing transactions (Cardstream guide 3.1). */
export interface DirectClient {
  /** The transaction's current state. Repeated if there is no response: it changes nothing. */
  query(account: DirectAccount, xref: string): Promise<DirectAnswer>;
  /** Cancels a sale that is not settled yet. Sent once. */
  cancel(account: DirectAccount, xref: string): Promise<DirectAnswer>;
  /** Charges the card of an earlier transaction. Sent once. */
  sale(account: DirectAccount, sale: StoredCardSale): Promise<DirectAnswer>;
  /** Captures only `amount` of a sale that is not settled yet, which releases the rest. Sent once. */
  capture(account: DirectAccount, xref: string, amount: number): Promise<DirectAnswer>;
  /** Refunds a settled sale, in full or in part. Sent once. */
  refund(account: DirectAccount, refund: RefundRequest): Promise<DirectAnswer>;
}

/** How long to wait for the gateway. */
export interface DirectTimes {
  /** For a request that only reads. */
  readonly queryTimeoutMs: number;
  readonly queryPausesMs: readonly number[];
  /** For a request that moves money: it waits for the acquirer. */
  readonly sendTimeoutMs: number;
}

/** A QUERY, a request and another QUERY take less than the 30 s that an API call may wait. */
const TIMES: DirectTimes = { queryTimeoutMs: 4000, queryPausesMs: [250], sendTimeoutMs: 12_000 };

/** Makes a client of the direct endpoint. It has no state: each call names its account. */
export function createDirectClient(times: DirectTimes = TIMES): DirectClient {
  return {
    query: (account, xref) => ask(account, request(account, ACTION.QUERY, [["xref", xref]]), times),
    cancel: (account, xref) => sendOnce(account, request(account, ACTION.CANCEL, [["xref", xref]]), times),
    sale: (account, sale) => sendOnce(account, request(account, ACTION.SALE, storedCardFields(sale)), times),
    capture: (account, xref, amount) =>
      sendOnce(account, request(account, ACTION.CAPTURE, captureFields(xref, amount)), times),
    refund: (account, refund) =>
      sendOnce(account, request(account, ACTION.REFUND_SALE, refundFields(refund)), times),
  };
}

function request({ merchantID }: DirectAccount, action: GatewayAction, fields: readonly Field[]): Field[] {
  return [["merchantID", merchantID], ["action", action], ...fields];
}

function captureFields(xref: string, amount: number): Field[] {
  return [
    ["xref", xref],
    ["amount", String(amount)],
  ];
}

/**
 * The gateway clones every omitted field from the sale (guide A-15), `transactionUnique` and `orderRef`
 * included.
 */
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

/** A response for another account is not accepted, even if the accounts share a secret. */
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
