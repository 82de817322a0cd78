import {
  encodeFields,
  type Field,
  fieldText,
  MalformedMessage,
  parseFields,
} from "../../cardstream/fields.js";
import { callGateway } from "../../cardstream/gateway-client.js";
import { isSigned, signed } from "../../cardstream/signed-message.js";
import { RESPONSE_CODE } from "../../domain/gateway-codes.js";
import { urlBelow } from "../../lib/base-url.js";
import type { CheckoutContext } from "../context.js";
import type { OpenGatewayAccount } from "../merchants/gateway-account.js";

/** What a merchant tells the sandbox gateway, and the original has no call for. */
export interface SandboxOrder {
  readonly method: "POST" | "PUT";
  /** Below the sandbox's base. */
  readonly path: string;
  /** The fields besides the merchant's. */
  readonly order: readonly Field[];
}

/**
 * Sends an order to the sandbox gateway, over HTTP even if it is in this process: there is one way in. Returns the
 * answer's fields; a text says why there are none.
 */
export async function orderSandbox(
  { addresses }: Pick<CheckoutContext, "addresses">,
  { merchantID, secret }: OpenGatewayAccount,
  { method, path, order }: SandboxOrder,
): Promise<readonly Field[] | string> {
  const call = {
    url: urlBelow(addresses.sandboxUrl, path),
    method,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: encodeFields(signed([["merchantID", merchantID], ...order], secret)),
  };
  const answer = await callGateway(call, ANSWER_WITHIN_MS);
  if (answer.kind !== "answered") return answer.why;
  const fields = readFields(answer.body);
  const isDone = fieldText(fields, "responseCode") === String(RESPONSE_CODE.APPROVED);
  return isDone && isSigned(fields, [secret]) ? fields : "not signed, or refused";
}

/** As for the shopper's page: the sandbox is on this machine or near it. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Has the sandbox gateway settle one sale, as the gateway does each night. It does not know how far the merchant's test
 * clock is ahead: the service tells it that a night has passed. An order that fails is no harm: the sale is settled
 * another time.
 */
export async function settleInSandbox(
  checkout: Pick<CheckoutContext, "addresses" | "log">,
  account: OpenGatewayAccount,
  xref: string,
): Promise<void> {
  const order: readonly Field[] = [
    ["action", "SETTLE"],
    ["xref", xref],
  ];
  const answer = await orderSandbox(checkout, account, { method: "POST", path: "/settle", order });
  if (typeof answer === "string") checkout.log.warn({ why: answer }, "the sandbox gateway settled nothing");
}

function readFields(body: Buffer): Field[] {
  try {
    return parseFields(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return []; // Not a form, so not signed.
    throw error;
  }
}
