import { encodeFields, fieldText, parseFields } from "../../src/cardstream/fields.js";
import { signed } from "../../src/cardstream/signed-message.js";
import type { FaultName } from "../../src/sandbox/payments/planned-faults.js";
import type { SimulatedMerchant } from "./world.js";

/** What a merchant tells the sandbox gateway, and the original has no call for. */
export interface GatewayOrders {
  /** What the gateway's own interfaces do wrong for the merchant from now on. Amounts decide about its payments. */
  setFault(merchant: SimulatedMerchant, fault: InterfaceFault): Promise<void>;
  /** From now on the merchant's sales are settled by themselves, a day after each by the test clock. */
  letNightsPass(merchant: SimulatedMerchant): Promise<void>;
  /** The bank takes the merchant's sales up: nothing can be cancelled any more, nor refunded yet. */
  tender(merchant: SimulatedMerchant): Promise<void>;
  /** The sales are paid out, but for those whose amount is rejected. */
  settle(merchant: SimulatedMerchant): Promise<void>;
}

/** A time-out of the direct endpoint: it does its work, and its answer gets lost. */
export type InterfaceFault = Extract<FaultName, `direct_${string}` | `search_${string}`> | "none";

export function createGatewayOrders(gatewayUrl: string): GatewayOrders {
  return {
    async setFault(merchant, fault) {
      // Cut off soon: clients that wait for their own time-out see the same, seconds later.
      const chosen = fault.endsWith("_timeout") ? `${fault}:${CUT_OFF_MS}` : fault;
      const faults = fault === "none" ? ALWAYS : `${ALWAYS},${chosen}`;
      await order(merchant, `${gatewayUrl}/faults`, "PUT", "FAULTS", { faults });
    },
    letNightsPass: (merchant) =>
      order(merchant, `${gatewayUrl}/faults`, "PUT", "FAULTS", { faults: BY_AMOUNT }),
    tender: (merchant) => order(merchant, `${gatewayUrl}/settle`, "POST", "SETTLE", { state: "tendered" }),
    settle: (merchant) => order(merchant, `${gatewayUrl}/settle`, "POST", "SETTLE", {}),
  };
}

const CUT_OFF_MS = 100;
const BY_AMOUNT: FaultName = "amount_bands";

/** Sales are settled when the merchant says so, until nights pass: refunds are to meet each state of a sale. */
const ALWAYS = `${BY_AMOUNT},${"settlement_delayed" satisfies FaultName}`;

async function order(
  { merchantID, secret }: SimulatedMerchant,
  url: string,
  method: string,
  action: string,
  fields: Record<string, string>,
): Promise<void> {
  const body = encodeFields(signed(Object.entries({ merchantID, action, ...fields }), secret));
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await fetch(url, { method, body, headers });
  const told = parseFields(Buffer.from(await answer.text()));
  if (fieldText(told, "responseCode") === "0") return;
  throw new Error(`The gateway refused ${action}: ${fieldText(told, "responseMessage")}.`);
}
