import { applyGatewayResult } from "../checkout/apply-gateway-result.js";
import type { Checkout } from "../checkout/checkout.js";
import {
  lookAtDestination,
  returnDestination,
  type ReturnDestination,
  waitingDestination,
} from "../checkout/return-destination.js";
import { type HttpRequest, type HttpResponse, readBody, redirect } from "../lib/http.js";
import { MESSAGE_BYTES_MAX } from "./callback.js";
import { keepMessage, keptMessage } from "./kept-message.js";
import { payUrl, returnUrl } from "./page-urls.js";
import { sendPage } from "./page.js";
import { checkingPage, refusedPage, tryAgainPage, unknownPage } from "./shopper-pages.js";

/** `POST /pay/{id}/return`: the browser brings the gateway's result, and is sent on. */
export async function returnPage(
  checkout: Checkout,
  request: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const body = keptMessage(await readBody(request, MESSAGE_BYTES_MAX));
  try {
    await applyAndSendOn(checkout, response, sessionId, body);
  } catch (error) {
    // Whatever it was: the browser may hold the only copy of the result. It keeps it, and brings it again.
    const line = { err: error, session: sessionId };
    checkout.log.error(line, "a result brought by the browser could not be stored");
    sendPage(response, tryAgainPage(returnUrl(checkout, sessionId), keepMessage(body)));
  }
}

/** `GET /pay/{id}/return`: a browser that waits asks again, and is sent on once the session is paid. HEAD asks nobody. */
export async function statusPage(
  checkout: Checkout,
  { method }: HttpRequest,
  response: HttpResponse,
  sessionId: string,
): Promise<void> {
  const destinationOf = method === "HEAD" ? lookAtDestination : waitingDestination;
  sendOn(checkout, response, sessionId, await destinationOf(checkout, sessionId));
}

async function applyAndSendOn(
  checkout: Checkout,
  response: HttpResponse,
  sessionId: string,
  body: Buffer,
): Promise<void> {
  const applied = await applyGatewayResult(checkout, { body, via: "return", pathSessionId: sessionId });
  if (applied.kind === "refused") sendPage(response, refusedPage(payUrl(checkout, sessionId)));
  else {
    const { outcome } = applied.judgement;
    sendOn(checkout, response, sessionId, await returnDestination(checkout, sessionId, outcome));
  }
}

function sendOn(
  checkout: Checkout,
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
