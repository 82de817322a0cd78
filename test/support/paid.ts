import type { TestApp, TestMerchant } from "./app.js";
import { paidMessage, signedBody } from "./gateway.js";
import { anOrder } from "./orders.js";
import { callback } from "./results.js";

/** A new live session that the gateway says is paid, as its merchant reads it. */
export async function paidSession(
  app: TestApp,
  { live, liveKey }: TestMerchant,
  order: Record<string, unknown> = {},
  result: Record<string, string | undefined> = {},
) {
  const { json: session } = await app.call("POST", "/v1/checkout/sessions", liveKey, anOrder(order));
  const message = paidMessage(session, live.gatewayMerchantId, result);
  await callback(app, signedBody(message, live.secret));
  return (await app.call("GET", `/v1/checkout/sessions/${session.id}`, liveKey)).json;
}
