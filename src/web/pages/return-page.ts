import { applyGatewayResult } from "../../checkout/results/apply-gateway-result.js";
import type { CheckoutContext } from "../../checkout/context.js";
import type { RefusedResult } from "../../checkout/gateway-messages/gateway-message.js";
import {
  askForDestination,
  returnDestination,
  type ReturnDestination,
  storedDestination,
} from "../../checkout/sessions/return-destination.js";
import { type HttpRequest, type HttpResponse, readBody, redirect } from "../../lib/http.js";
import { workInTurn } from "../connections/large-body.js";
import { MESSAGE_BYTES_MAX } from "./callback.js";
import { inTime } from "../../db/answer-in-time.js";
import { findOrder, knownOrder, rememberOrder } from "./known-orders.js";
import { messageAsFields, messageFromFields } from "./message-in-form.js";
import { checkUrl, payUrl, returnUrl } from "../../checkout/public-urls.js";
import { closedPage, goOnPage } from "../answers/session-pages.js";
import { refusedPage, sendPage, tryAgainPage, unknownPage } from "../answers/shopper-pages.js";

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
    if (brought.kind === "refused") {
      const known = await findOrder(checkout, sessionId);
      sendPage(response, refusedPage(payUrl(checkout, sessionId), known));
    } else sendOn(checkout, response, sessionId, brought);
  } catch (error) {
    // On any error: the browser may hold the only copy of the result, so the page keeps it and posts it
    // again.
    const line = { err: error, session: sessionId };
    checkout.log.error(line, "a result brought by the browser could not be stored");
    const known = knownOrder(checkout, sessionId);
    sendPage(response, tryAgainPage(returnUrl(checkout, sessionId), messageAsFields(body), known));
  }
}

/** `GET /pay/{id}/return`: where a waiting browser goes on, by what is stored. Changes nothing, and asks no gateway. */
export async function statusPage(
  checkout: CheckoutContext,
  _: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  sendOn(checkout, response, sessionId, await inTime(storedDestination(checkout, sessionId)));
}

/**
 * `POST /pay/{id}/check`: the gateway is asked, unless it was just asked, for the outcome that the shopper waits for.
 * Leads on by a page of its own: the policy of the waiting page, which names no merchant, covers redirects too.
 */
export async function checkPage(
  checkout: CheckoutContext,
  _: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  leadOn(checkout, response, sessionId, await inTime(askForDestination(checkout, sessionId)));
}

/** Leads on from what was posted to a page whose policy names no merchant. */
export function leadOn(
  checkout: CheckoutContext,
  response: HttpResponse,
  sessionId: string,
  destination: ReturnDestination,
): void {
  if (destination.kind === "merchant") sendPage(response, goOnPage(destination.url, destination.order));
  else sendOn(checkout, response, sessionId, destination);
}

/** Stores the result that the browser posted, and returns where the browser goes next. */
async function bring(
  checkout: CheckoutContext,
  sessionId: string,
  body: Buffer,
): Promise<ReturnDestination | RefusedResult> {
  const applied = await applyGatewayResult(checkout, { body, via: "return", pathTargetId: sessionId });
  if (applied.kind === "refused") return applied;
  return await returnDestination(checkout, sessionId, applied.classification.outcome);
}

function sendOn(
  checkout: CheckoutContext,
  response: HttpResponse,
  sessionId: string,
  destination: ReturnDestination,
): void {
  if ("order" in destination) rememberOrder(checkout, sessionId, destination);
  switch (destination.kind) {
    case "merchant":
    case "pay page":
      return redirect(response, destination.url);
    case "held":
    case "in doubt":
      return sendPage(
        response,
        closedPage(destination, {
          checkUrl: checkUrl(checkout, sessionId),
          returnUrl: returnUrl(checkout, sessionId),
        }),
      );
    case "unknown":
      return sendPage(response, unknownPage());
  }
}
