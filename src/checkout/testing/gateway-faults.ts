import { urlBelow } from "../../lib/base-url.js";
import { RESPONSE_CODE } from "../../domain/gateway-codes.js";
import {
  type Field,
  encodeFields,
  fieldText,
  MalformedMessage,
  parseFields,
} from "../../cardstream/fields.js";
import { callGateway } from "../../cardstream/gateway-client.js";
import { isSigned, signed } from "../../cardstream/signed-message.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { openGatewayAccount, type OpenGatewayAccount } from "../merchants/gateway-account.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";

/** One planned fault of the sandbox gateway, in its own words. */
export interface GatewayFault {
  readonly name: string;
  /** Undefined for the gateway's default, or a fault without a time. */
  readonly milliseconds: number | undefined;
}

/** The planned faults as a call answers them. */
export interface SetFaults {
  readonly faults: readonly GatewayFault[];
  readonly replayed: boolean;
}

/** The faults planned for this merchant's test payments. */
export async function getGatewayFaults(
  checkout: CheckoutContext,
  scope: MerchantScope,
): Promise<readonly GatewayFault[]> {
  return await callSandbox(checkout, scope, "POST", [["action", "QUERY_FAULTS"]]);
}

/**
 * Replaces the faults planned for this merchant's test payments. The sandbox is changed first: a call that
 * dies after that can be repeated, and sets the faults again.
 */
export async function setGatewayFaults(
  checkout: CheckoutContext,
  scope: MerchantScope,
  faults: readonly GatewayFault[],
  call: IdempotentCall | undefined,
): Promise<SetFaults> {
  refuseLiveMode(scope);
  const each = new Map(faults.map((fault) => [fault.name, fault]));
  const wanted = [...each.values()];
  // The call itself holds the faults that its key was used for: that list is the first answer.
  if ((await findPrevious(checkout, scope, call)) !== undefined) return { faults: wanted, replayed: true };
  const current = await callSandbox(checkout, scope, "PUT", [
    ["action", "FAULTS"],
    ["faults", textOf(wanted)],
  ]);
  const parts = await merchantParts(checkout, scope);
  const { replayed } = await runIdempotent(parts, scope, call, scope.merchantId, () => Promise.resolve());
  return { faults: current, replayed };
}

/** As for the shopper's page: the sandbox is on this machine or near it. */
const ANSWER_WITHIN_MS = 5_000;

/** Over HTTP even if the sandbox is in this process: there is one way in. Returns the faults that are set. */
async function callSandbox(
  checkout: CheckoutContext,
  scope: MerchantScope,
  method: "POST" | "PUT",
  order: readonly Field[],
): Promise<readonly GatewayFault[]> {
  refuseLiveMode(scope);
  const account = await openGatewayAccount(checkout, scope);
  if (account === undefined) throw new Error(`${scope.merchantId} has no test account.`);
  const fields: Field[] = [["merchantID", account.merchantID], ...order];
  const call = {
    url: urlBelow(checkout.addresses.sandboxUrl, "/faults"),
    method,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: encodeFields(signed(fields, account.secret)),
  };
  const answer = await callGateway(call, ANSWER_WITHIN_MS);
  const faults = answer.kind === "answered" ? faultsIn(account, answer.body) : undefined;
  if (faults !== undefined) return faults;
  const why = answer.kind === "answered" ? "not signed, or refused" : answer.why;
  checkout.log.warn({ why }, "the sandbox gateway did not list its faults");
  throw new Refusal("SANDBOX_AWAY", "The sandbox gateway does not answer for this account. Try again.");
}

function refuseLiveMode({ livemode }: MerchantScope): void {
  if (livemode) throw new Refusal("LIVEMODE_MISMATCH", "Faults exist in test mode only: use a test key.");
}

/** Undefined if the response is not signed by this account, or is no success. */
function faultsIn({ secret }: OpenGatewayAccount, body: Buffer): readonly GatewayFault[] | undefined {
  const fields = parseFaultFields(body);
  if (!isSigned(fields, [secret]) || fieldText(fields, "responseCode") !== String(RESPONSE_CODE.APPROVED))
    return undefined;
  const text = fieldText(fields, "faults");
  return text === "" ? [] : text.split(",").map(faultOf);
}

/** The sandbox's format of faults: names separated by commas, milliseconds after a colon. */
function textOf(faults: readonly GatewayFault[]): string {
  const one = ({ name, milliseconds }: GatewayFault): string =>
    milliseconds === undefined ? name : `${name}:${milliseconds}`;
  return faults.map(one).join(",");
}

function faultOf(text: string): GatewayFault {
  const [name = "", milliseconds] = text.split(":");
  return { name, milliseconds: milliseconds === undefined ? undefined : Number(milliseconds) };
}

function parseFaultFields(body: Buffer): Field[] {
  try {
    return parseFields(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return []; // Not a form, so not signed.
    throw error;
  }
}
