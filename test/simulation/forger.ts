import { randomBytes } from "node:crypto";

import { encodeFields, type Field } from "../../src/cardstream/fields.js";
import { signed } from "../../src/cardstream/signed-message.js";
import type { Conversation } from "./conversation.js";
import { merchantOf, type World } from "./world.js";
import { BrowserTab } from "./browser-tab.js";

/** Tells the service of a payment that never was, in the way that the plan says, by callback and by browser. */
export async function forge(world: World, conversation: Conversation): Promise<void> {
  const { tampering } = conversation.plan;
  if (tampering === "none" || tampering === "wrong amount") return;
  if (tampering === "another account's signature") await forgeAsAnother(world, conversation);
  else await forgeAtGateway(world, conversation, tampering);
}

async function forgeAtGateway(
  world: World,
  conversation: Conversation,
  tampering: "forged" | "partial signature",
): Promise<void> {
  const tab = new BrowserTab(world, conversation);
  if (!(await tab.open())) return;
  conversation.count(
    tampering === "forged" ? "result with a forged signature" : "result with a partial signature",
  );
  await tab.comeBack(await tab.forge(tampering === "forged" ? "forged" : "partial_signature"));
}

/** A merchant who signs with its own secret for another one: the gateway would not do that for it. */
async function forgeAsAnother(world: World, conversation: Conversation): Promise<void> {
  const { plan } = conversation;
  const other = merchantOf(world, { merchant: (plan.merchant + 1) % world.merchants.length });
  const body = Buffer.from(encodeFields(signed(claimedResult(world, conversation), other.secret)));
  conversation.count("result with another account's signature");
  await conversation.post(body, "callback", plan.replica);
  await conversation.post(body, "return", plan.replica);
}

function claimedResult(world: World, { plan, sessionId }: Conversation): Field[] {
  return Object.entries({
    merchantID: merchantOf(world, plan).merchantID,
    action: plan.afterSales.isSetup ? "VERIFY" : "SALE",
    amount: String(plan.amount),
    amountReceived: String(plan.amount),
    currencyCode: plan.currency.toUpperCase(),
    transactionUnique: `${sessionId}-1`,
    orderRef: sessionId,
    transactionID: `${FORGED}${randomBytes(6).readUIntBE(0, 6)}`,
    xref: "never",
    responseCode: "0",
    responseStatus: "0",
    responseMessage: "AUTHCODE:000000",
    state: "captured",
  });
}

/** No transaction of the gateway begins with it. */
const FORGED = "0";
