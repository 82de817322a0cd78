import { applyGatewayResult } from "../../checkout/results/apply-gateway-result.js";
import type { CheckoutContext } from "../../checkout/context.js";
import { isDatabaseAway } from "../../db/engine/database-errors.js";
import { type HttpRequest, type HttpResponse, readBody, sendText } from "../../lib/http.js";
import { inTime } from "../../db/answer-in-time.js";
import { workInTurn } from "../connections/large-body.js";
import { sendFailure } from "../answers/failure.js";

/**
 * Limit of a gateway message. The largest results seen have some 100 fields and 6 KB; this leaves room for
 * items and new fields.
 */
export const MESSAGE_BYTES_MAX = 256 * 1024;

/**
 * `POST /callbacks/cardstream`: the gateway reports a payment's result.
 *
 * 200 only once the result is committed; 400 where the signature is invalid; 503 while the database is away,
 * so that the gateway may retry.
 */
export async function callback(
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const body = await readBody(request, MESSAGE_BYTES_MAX);
  try {
    const apply = () => applyGatewayResult(checkout, { body, via: "callback" });
    const applied = await inTime(workInTurn(response, body, apply));
    if (applied.kind === "refused")
      sendFailure(response, "callback_refused", "The message is not signed by the account that it names.");
    else sendText(response, 200, "ok");
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    checkout.log.error({ why: String(error) }, "a callback could not be stored");
    sendFailure(response, "service_unavailable", "The result cannot be stored now. Send it again.");
  }
}
