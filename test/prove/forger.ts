import { randomBytes } from "node:crypto";

import { encodeFields, type Field } from "../../src/cardstream/fields.js";
import { sign, signed } from "../../src/cardstream/signature.js";
import type { Conversation } from "./conversation.js";
import { merchantOf, type Scene } from "./scene.js";

/** Tells the service of a payment that never was, in the way that the plan says, by callback and by browser. */
export async function forge(scene: Scene, conversation: Conversation): Promise<void> {
  const { plan } = conversation;
  if (plan.tampering === "none" || plan.tampering === "wrong amount") return;
  const body = Buffer.from(encodeFields(forgedResult(scene, conversation)));
  conversation.count(`result with ${SIGNATURES[plan.tampering]}`);
  await conversation.post(body, "callback", plan.replica, false);
  await conversation.post(body, "return", plan.replica, false);
}

const SIGNATURES = {
  forged: "a forged signature",
  "another account's signature": "another account's signature",
  "partial signature": "a partial signature",
};

function forgedResult(scene: Scene, { plan, sessionId }: Conversation): Field[] {
  const { merchantID, secret } = merchantOf(scene, plan);
  const fields: Field[] = Object.entries({
    merchantID,
    action: "SALE",
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
  if (plan.tampering === "partial signature") {
    const names = fields.map(([name]) => name).join(",");
    return [...fields, ["signature", `${sign(fields, secret)}|${names}`]];
  }
  const other = merchantOf(scene, { merchant: 1 - plan.merchant }).secret;
  return signed(fields, plan.tampering === "forged" ? randomBytes(12).toString("hex") : other);
}

/** No transaction of the gateway begins with it. */
const FORGED = "0";
