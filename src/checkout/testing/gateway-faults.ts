import { type Field, fieldText } from "../../cardstream/fields.js";
import type { MerchantScope } from "../../domain/merchant-scope.js";
import { Refusal } from "../../domain/refusal.js";
import type { CheckoutContext } from "../context.js";
import { openGatewayAccount } from "../merchants/gateway-account.js";
import { findPrevious, type IdempotentCall, runIdempotent } from "../idempotency.js";
import { merchantParts } from "../test-clock.js";
import { orderSandbox } from "./order-sandbox.js";

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
  const answer = await orderSandbox(checkout, account, { method, path: "/faults", order });
  if (typeof answer !== "string") return faultsIn(answer);
  checkout.log.warn({ why: answer }, "the sandbox gateway did not list its faults");
  throw new Refusal("SANDBOX_AWAY", "The sandbox gateway does not answer for this account. Try again.");
}

function refuseLiveMode({ livemode }: MerchantScope): void {
  if (livemode) throw new Refusal("LIVEMODE_MISMATCH", "Faults exist in test mode only: use a test key.");
}

function faultsIn(fields: readonly Field[]): readonly GatewayFault[] {
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
