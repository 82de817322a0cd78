import { setTimeout as sleep } from "node:timers/promises";

import { ACTION, type GatewayAction } from "../domain/gateway-codes.js";
import type { GatewayResult } from "../domain/gateway-result.js";
import { urlBelow } from "../lib/base-url.js";
import { encodeFields, type Field, MalformedMessage, parseFields } from "./fields.js";
import { verifyResult, signed } from "./signed-message.js";
import { type StoredCardSale, storedCardFields } from "./stored-card-sale.js";
import { type Continuation, continuationFields } from "./three-d-secure.js";

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
interface RefundRequest {
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
  /** Carries the authentication of a sale on, which may then take the money. Sent once. */
  continueSale(account: DirectAccount, continuation: Continuation): Promise<DirectAnswer>;
  /** Captures only `amount` of a sale that is not settled yet, which releases the rest. Sent once. */
  capture(account: DirectAccount, xref: string, amount: number): Promise<DirectAnswer>;
  /** Refunds a settled sale, in full or in part. Sent once. */
  refund(account: DirectAccount, refund: RefundRequest): Promise<DirectAnswer>;
}

/** How long to wait for the gateway. */
interface DirectTimes {
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
    continueSale: (account, continuation) =>
      sendOnce(account, request(account, ACTION.SALE, continuationFields(continuation)), times),
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
    url: urlBelow(gatewayUrl, "/direct/"),
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

/**
 * The result of a call to the gateway. Without a whole response the outcome of the call is unknown: that is
 * never "failed".
 */
type CallAnswer = { readonly kind: "answered"; readonly body: Buffer } | NoAnswer;

/** No usable response. The gateway may have carried out the request all the same. */
export interface NoAnswer {
  readonly kind: "no answer";
  /** For the log: `unreachable`, `timeout`, `too large`, `status 503`. */
  readonly why: string;
}

/** One call over HTTP. */
interface GatewayCall {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A result has some 100 fields and 6 KB; a list of transactions holds one session's attempts. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/**
 * Calls the gateway once. Connections are kept and reused.
 *
 * Only a whole response with status 200 counts: the gateway sends a decline with 200 too (guide A-21).
 * Redirects are not followed, since a signed request is meant for one address.
 */
export async function callGateway(call: GatewayCall, timeoutMs: number): Promise<CallAnswer> {
  const { url, ...request } = call;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...request, redirect: "manual", signal });
    if (response.status === 200) return await readAnswer(response);
    await response.body?.cancel();
    return noAnswer(`status ${response.status}`);
  } catch (error) {
    // On any error the response is lost, and the caller has to query.
    return noAnswer(error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable");
  }
}

/**
 * Calls again after each pause until there is a response. Only for calls that read: others might be carried
 * out twice.
 */
export async function callUntilAnswered(
  call: GatewayCall,
  timeoutMs: number,
  pausesMs: readonly number[],
): Promise<CallAnswer> {
  let answer = await callGateway(call, timeoutMs);
  for (const pauseMs of pausesMs) {
    if (answer.kind === "answered") break;
    await sleep(pauseMs);
    answer = await callGateway(call, timeoutMs);
  }
  return answer;
}

async function readAnswer(response: Response): Promise<CallAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > ANSWER_BYTES_MAX) return noAnswer("too large"); // Leaving the loop closes the connection.
    chunks.push(chunk);
  }
  return { kind: "answered", body: Buffer.concat(chunks, size) };
}

function noAnswer(why: string): NoAnswer {
  return { kind: "no answer", why };
}
