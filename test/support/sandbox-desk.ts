import { listTestAccounts } from "../../src/checkout/merchants/gateway-account.js";
import { findGatewayAccount } from "../../src/db/tables/gateway-accounts.js";
import type { TestApp, TestMerchant } from "./app.js";
import { signedBody } from "./gateway.js";
import { withStore } from "./story-stores.js";

/** What a merchant tells the sandbox gateway itself, signed by its test account. */
export interface SandboxDesk {
  /** Settles what is captured; with `tendered` only half-way. Answers how many transactions moved on. */
  settle(state?: "tendered"): Promise<number>;
  /** What is to go wrong from now on, besides what always does; "" for nothing. */
  setFaults(faults: string): Promise<void>;
  /** What the sandbox signs with. */
  readonly secret: string;
}

/**
 * The desk at the sandbox of this service, or at the one that it is told to use. What `always` names goes wrong from
 * the first `setFaults` on.
 */
export async function openDesk(app: TestApp, merchant: TestMerchant, always = ""): Promise<SandboxDesk> {
  const account = await testAccountOf(app, merchant);
  const base = app.config.sandboxUrl ?? `${app.local}/sandbox`;
  const tell = async (method: string, path: string, fields: Record<string, string>) => {
    const body = signedBody({ merchantID: account.merchantID, ...fields }, account.secret);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = new URLSearchParams(await (await fetch(base + path, { method, headers, body })).text());
    if (answer.get("responseCode") !== "0") throw new Error(`The sandbox refused: ${answer.toString()}`);
    return answer;
  };
  return {
    secret: account.secret,
    async settle(state) {
      const order = { action: "SETTLE", ...(state === undefined ? {} : { state }) };
      return Number((await tell("POST", "/settle", order)).get("settled"));
    },
    async setFaults(faults) {
      const all = [always, faults].filter((fault) => fault !== "").join(",");
      await tell("PUT", "/faults", { action: "FAULTS", faults: all });
    },
  };
}

async function testAccountOf({ config }: TestApp, { id }: TestMerchant) {
  return await withStore(config, async (store) => {
    const row = await findGatewayAccount(store.db.manager, { merchantId: id, livemode: false });
    const accounts = await listTestAccounts(store);
    const account = accounts.find(({ merchantID }) => merchantID === row?.gatewayMerchantId);
    if (account === undefined) throw new Error("The merchant has no test account.");
    return account;
  });
}
