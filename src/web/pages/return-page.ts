import { applyGatewayResult } from "../../checkout/results/apply-gateway-result.js";
import type { CheckoutContext } from "../../checkout/context.js";
import type { RefusedResult } from "../../checkout/gateway-messages/gateway-message.js";
import {
  lookAtDestination,
  returnDestination,
  type ReturnDestination,
  waitingDestination,
} from "../../checkout/sessions/return-destination.js";
import { type HttpRequest, type HttpResponse, readBody, redirect } from "../../lib/http.js";
import { workInTurn } from "../connections/large-body.js";
import { MESSAGE_BYTES_MAX } from "./callback.js";
import { inTime } from "../../db/answer-in-time.js";
import { messageAsFields, messageFromFields } from "./message-in-form.js";
import { payUrl, returnUrl } from "../../checkout/public-urls.js";
import { sendPage, checkingPage, refusedPage, tryAgainPage, unknownPage } from "../answers/shopper-pages.js";

/** `POST /pay/{id}/return`: the browser posts the gateway's result, and is redirected. */
export async function returnPage(
  checkout: CheckoutContext,
  request: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const posted = await readBody(request, MESSAGE_BYTES_MAX);
  const body = messageFromFields(posted);
  try {
    const work = () => bring(checkout, sessionId, body);
    const brought = await inTime(workInTurn(response, posted, work));
    if (brought.kind === "refused") sendPage(response, refusedPage(payUrl(checkout, sessionId)));
    else sendOn(checkout, response, sessionId, brought);
  } catch (error) {
    // On any error: the browser may hold the only copy of the result, so the page keeps it and posts it
    // again.
    const line = { err: error, session: sessionId };
    checkout.log.error(line, "a result brought by the browser could not be stored");
    sendPage(response, tryAgainPage(returnUrl(checkout, sessionId), messageAsFields(body)));
  }
}

/**
 * `GET /pay/{id}/return`: a waiting browser polls, and is redirected once the session is paid. HEAD queries
 * no gateway.
 */
export async function statusPage(
  checkout: CheckoutContext,
  { method }: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const destinationOf = method === "HEAD" ? lookAtDestination : waitingDestination;
  sendOn(checkout, response, sessionId, await inTime(destinationOf(checkout, sessionId)));
}

/** Stores the result that the browser posted, and returns where the browser goes next. */
async function bring(
  checkout: CheckoutContext,
  sessionId: string,
  body: Buffer,
): Promise<ReturnDestination | RefusedResult> {
  const applied = await applyGatewayResult(checkout, { body, via: "return", pathSessionId: sessionId });
  if (applied.kind === "refused") return applied;
  return await returnDestination(checkout, sessionId, applied.classification.outcome);
}

function sendOn(
  checkout: CheckoutContext,
  response: HttpResponse,
  sessionId: string,
  destination: ReturnDestination,
): void {
  switch (destination.kind) {
    case "merchant":
      return redirect(response, destination.url);
    case "checking":
      return sendPage(response, checkingPage(returnUrl(checkout, sessionId), destination.cancelUrl));
    case "unknown":
      return sendPage(response, unknownPage());
  }
}
